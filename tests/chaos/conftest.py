"""The same nursery and school as the kill tests have."""

from tests.kill.conftest import nursery, school

__all__ = ["nursery", "school"]
