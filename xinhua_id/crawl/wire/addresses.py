"""Which addresses a crawl may reach: public ones; and this machine for a site that stands on it by its very name.

Pure: names and written addresses in, an answer out; no name is looked up. Knows nothing of requests or connections
(`guard` asks here when it knows the peer).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

# Names that only a private network knows (RFC 6762, RFC 8375, and what resolvers of offices make up).
_PRIVATE_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
# Resolvers read `127.1`, `0x7f.1` and `2130706433` as addresses.
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|\d+)\.?", re.IGNORECASE)
#: All that is handed out as global unicast (RFC 4291 §2.4, IANA's registry); anything else leads nowhere public.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
#: NAT64's well-known prefix: the last 32 bits are an IPv4 address (RFC 6052 §2.1).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

# Set aside by IANA (RFC 6890 and RFC 9637), which Python's `ipaddress` learnt in the middle of a line.
_SET_ASIDE = (ipaddress.ip_network("192.0.0.0/24"), ipaddress.ip_network("3fff::/20"))


def is_loopback(url: str) -> bool:
    """Whether a URL stands on this machine by its very name; no name is looked up."""
    return _is_loopback_name(_name_of(url))


def is_private(url: str) -> bool:
    """Whether a URL names this machine or a private network by its very letters; no name is looked up."""
    name = _name_of(url)
    if _is_loopback_name(name) or name.endswith(_PRIVATE_NAMES):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        # A name without a dot is one of the local network.
        return "." not in name or _NUMERIC.fullmatch(name.rpartition(".")[2]) is not None
    return not is_public(name)


def may_visit(url: str, hosts: Iterable[str] | None) -> bool:
    """Whether a crawl of ``hosts`` (``name:port``; None: not known) may ask for a URL, by its very letters.

    A loopback URL is visited as one of the crawl's own hosts, or where all of them are on loopback: a public site must
    not lead a crawl to what this machine serves.
    """
    if not is_loopback(url):
        return not is_private(url)
    if hosts is None:
        return True
    own = frozenset(hosts)
    return urlsplit(url).netloc.lower() in own or all(is_loopback(f"http://{host}/") for host in own)


def may_reach(name: str, peer: str) -> bool:
    """Whether what is asked of host ``name`` (no port, no brackets) may be sent to ``peer``, the address it led to.

    A loopback name must lead to loopback, any other to a public address.
    """
    if _is_loopback_name(name.lower().rstrip(".")):
        address = _address(peer)
        return address is not None and address.is_loopback
    return is_public(peer)


def is_public(written: str) -> bool:
    """Whether a written IP address is one of the public internet; False for what is none.

    Private, shared, loopback, link-local, multicast, reserved and unspecified addresses are not (RFC 6890, RFC 5771),
    and neither is an IPv6 address that only wraps such an IPv4 one: mapped (RFC 4291), NAT64 (RFC 6052), 6to4
    (RFC 3056). A wrapped public one is.
    """
    address = _address(written)
    if isinstance(address, ipaddress.IPv6Address):
        address = _wrapped(address) or address
    if address is None or any(address in network for network in _SET_ASIDE):
        return False
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_V6:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _address(written: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(written)
    except ValueError:
        return None


def _is_loopback_name(name: str) -> bool:
    address = _address(name)
    return address.is_loopback if address is not None else name == "localhost" or name.endswith(".localhost")


def _name_of(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".").lower()
