"""Every table, wherever it is defined: for what handles a database as a whole."""

from mimis_core.store import record_tables, staff_tables  # noqa: F401  # their tables belong to the metadata
from mimis_core.store.tables import Base

METADATA = Base.metadata
