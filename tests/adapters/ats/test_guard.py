"""The guard on links that somebody else may make us open."""

from __future__ import annotations

import pytest
from mimis_ats.guard import require_public

from mimis_core import UserError


@pytest.mark.parametrize(
    "address", ["127.1", "2130706433", "0x7f000001", "0", "[::1]", "[::ffff:127.0.0.1]", "localhost"]
)
def test_this_machine_is_known_however_it_is_written(address: str) -> None:
    with pytest.raises(UserError) as refused:
        require_public(f"https://{address}/s/abc", "https://school.example")
    assert refused.value.code == "link"
