"""Which addresses are public, however they are written, and which of this machine's a crawl may visit."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinhua_id.crawl.wire.addresses import is_loopback, is_private, is_public, may_reach, may_visit

PRIVATE = (
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.8", "192.0.2.1",
    "192.168.1.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
)  # fmt: skip
PUBLIC = ("1.1.1.1", "93.184.215.14", "103.10.60.1")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
WRAPS = ("::ffff:{}", "64:ff9b::{}")


def wrapped(v4: str) -> list[str]:
    digits = f"{int(ipaddress.IPv4Address(v4)):08x}"
    return [wrap.format(v4) for wrap in WRAPS] + [f"2002:{digits[:4]}:{digits[4:]}::1"]


@pytest.mark.parametrize("v4", PRIVATE)
def test_a_private_address_is_private_in_any_wrapping(v4: str) -> None:
    assert [one for one in (v4, *wrapped(v4)) if is_public(one)] == []


@pytest.mark.parametrize("v4", PUBLIC)
def test_a_public_address_is_public_in_any_wrapping(v4: str) -> None:
    assert all(is_public(one) for one in (v4, *wrapped(v4)))


@pytest.mark.parametrize(
    "v6",
    ["::", "::1", "::10.0.0.1", "::93.184.215.14", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "100::1",
     "2001:db8::1", "2001::1", "3fff::1", "5f00::1", "64:ff9b:1::5db8:d70e", "4000::1"],
)  # fmt: skip
def test_what_is_not_handed_out_is_not_public(v6: str) -> None:
    assert not is_public(v6)


def test_what_is_handed_out_is_public_and_what_is_no_address_is_not() -> None:
    assert is_public("2606:4700:4700::1111")
    assert not any(is_public(one) for one in ("", "contoh.id", "1.2.3", "unix:/tmp/x"))


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    wrapper = isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped or address in _NAT64)
    if not wrapper and (address.is_private or address.is_multicast or address.is_unspecified or address.is_link_local):
        assert not is_public(str(address))


@given(st.ip_addresses(v=4), st.sampled_from(range(3)))
def test_a_wrapping_changes_nothing(address: ipaddress.IPv4Address, how: int) -> None:
    assert is_public(wrapped(str(address))[how]) is is_public(str(address))


@given(st.ip_addresses())
def test_a_written_address_is_refused_before_a_look_up_exactly_where_it_is_not_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    url = f"http://[{address}]/" if address.version == 6 else f"http://{address}/"
    assert is_private(url) is not is_public(str(address))


@pytest.mark.parametrize(
    "url",
    ["http://db.internal/", "http://printer.local./", "http://intranet/", "http://127.1/", "http://0x7f.1/",
     "http://2130706433/", "http://017700000001/", "http://10.0.0.1.:80/", "http://ROUTER.LAN/", "http:///"],
)  # fmt: skip
def test_a_private_name_is_known_by_its_letters(url: str) -> None:
    assert is_private(url)
    assert not is_loopback(url)
    assert not may_visit(url, None)
    assert not may_visit(url, ["warta.contoh.id"])


@pytest.mark.parametrize(
    "url", ["http://warta.contoh.id/", "https://10.0.0.1.contoh.id/", "https://xn--contoh-bza.id/"]
)
def test_a_public_name_is_not(url: str) -> None:
    assert not is_private(url)
    assert may_visit(url, ["127.0.0.1:8000"])


def test_this_machine_is_visited_by_a_crawl_that_stands_on_it_and_by_no_other() -> None:
    url = "http://127.0.0.1:8000/a"
    assert may_visit(url, None)
    assert may_visit(url, ["127.0.0.1:8000"])
    assert may_visit(url, ["localhost:9000"])
    assert may_visit(url, ["warta.contoh.id", "127.0.0.1:8000"])
    assert not may_visit(url, ["warta.contoh.id", "127.0.0.1:9000"])
    assert not may_visit(url, ["warta.contoh.id"])


def test_a_loopback_name_reaches_loopback_only_and_any_other_what_is_public() -> None:
    assert may_reach("localhost", "127.0.0.1")
    assert may_reach("Situs.LOCALHOST.", "::1")
    assert not may_reach("localhost", "93.184.215.14")
    assert may_reach("warta.contoh.id", "93.184.215.14")
    assert not may_reach("warta.contoh.id", "127.0.0.1")
    assert not may_reach("warta.contoh.id", "::ffff:127.0.0.1")
    assert not may_reach("localhost.contoh.id", "")
