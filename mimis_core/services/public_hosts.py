"""Whether an address that a stranger names stands on the public internet, before anything is asked or told there."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

TRIAL_HOSTS = ("localhost", "127.0.0.1")
"""Where a mimis runs that is tried out: there, others may stand on loopback too."""
TRANSLATED = IPv6Network("64:ff9b::/96")
"""Addresses behind which a gateway puts the IPv4 address in their last 32 bits (RFC 6052)."""


def leads_outside(host: str) -> bool:
    """Whether all addresses that a name has now are public; one that has none does not."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(_is_public(str(one[4][0]).partition("%")[0]) for one in found)


def may_be_asked(address: str, base_url: str) -> bool:
    """Whether ``address`` is one that strangers may name to the mimis at ``base_url``.

    It stands on a public host and is asked by https: a name that is made to point into this network only after it was
    looked up has no certificate there (DNS rebinding). A mimis that is tried out on loopback may also ask there.
    """
    try:
        split = urlsplit(address)
        host, user, _ = split.hostname or "", split.username or split.password, split.port
    except ValueError:
        return False
    if user or not host or split.fragment or not address.isprintable() or " " in address:
        return False
    if host == "127.0.0.1" and split.scheme in ("http", "https"):
        return urlsplit(base_url).hostname in TRIAL_HOSTS
    return split.scheme == "https" and leads_outside(host)


def _is_public(text: str) -> bool:
    address = _inner(ip_address(text))
    return address.is_global and not address.is_multicast


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address leads to, where it stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
