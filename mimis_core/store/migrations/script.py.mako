"""${message}"""

import sqlalchemy as sa
from alembic import op

import mimis_core.store.types

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Apply this version's changes."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Undo them."""
    ${downgrades if downgrades else "pass"}
