"""The database itself refuses to change or remove audit rows

Sealing writes ``seq`` and ``chain`` once; everything else is refused, whoever asks. A later migration that makes the
table anew on SQLite (``batch_alter_table`` with a new column) loses the triggers and must create them again.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

COLUMNS = ("id", "organisation", "at", "actor", "action", "subject")
REFUSAL = "the audit is append-only"
SEALING = "OLD.seq IS NULL AND OLD.chain IS NULL AND NEW.seq IS NOT NULL AND NEW.chain IS NOT NULL"
SQLITE = (
    f"CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit WHEN NOT "
    f"({SEALING} AND OLD.details IS NEW.details AND {' AND '.join(f'OLD.{one} IS NEW.{one}' for one in COLUMNS)}) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    "CREATE TRIGGER audit_kept BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()",
    "CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit EXECUTE FUNCTION refuse_audit_change()",
    "CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit FOR EACH ROW WHEN (NOT "
    f"({SEALING} AND CAST(OLD.details AS text) = CAST(NEW.details AS text) AND "
    f"{' AND '.join(f'OLD.{one} = NEW.{one}' for one in COLUMNS)})) "
    "EXECUTE FUNCTION refuse_audit_change()",
)


def upgrade() -> None:
    """Create the triggers."""
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    on_table = "" if op.get_bind().dialect.name == "sqlite" else " ON audit"
    for name in ("audit_kept", "audit_unchanged") + (("audit_not_emptied",) if on_table else ()):
        op.execute(f"DROP TRIGGER {name}{on_table}")
