"""Every table, wherever it is defined: for what handles a database as a whole."""

from mimis_core.store import (  # noqa: F401  # their tables belong to the metadata
    attestation_tables,
    catalogue_tables,
    contact_tables,
    esco_tables,
    launch_tables,
    partner_tables,
    record_tables,
    role_tables,
    staff_tables,
    tables,
)
from mimis_core.store.base import Base

METADATA = Base.metadata
