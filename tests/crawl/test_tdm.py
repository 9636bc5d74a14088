"""What a tdmrep.json says, whoever wrote it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinhua_id.crawl.manners import tdm
from xinhua_id.crawl.manners.tdm import Rule


def read(what: Any) -> tdm.Reservations:
    return tdm.read(json.dumps(what).encode())


def test_locations_reservations_and_policies_are_read_in_their_order() -> None:
    found = read(
        [
            {"location": "/berita/*", "tdm-reservation": 1, "tdm-policy": "https://contoh.id/kebijakan.json"},
            {"location": "/arsip/*.html$", "tdm-reservation": 0},
        ]
    )
    assert found.rules == (
        Rule("/berita/*", True, "https://contoh.id/kebijakan.json"),
        Rule("/arsip/*.html$", False),
    )
    assert found.as_json()["rules"][1] == {"location": "/arsip/*.html$", "tdm-reservation": 0}


def test_a_single_object_is_read_too() -> None:
    assert read({"location": "/", "tdm-reservation": 1}).rules == (Rule("/", True),)


@pytest.mark.parametrize(
    "wrong",
    [
        "teks", 7, None, [], {}, {"location": "/", "tdm-reservation": "1"}, {"location": "/", "tdm-reservation": 2},
        {"location": "/", "tdm-reservation": True}, {"location": 3, "tdm-reservation": 1}, {"tdm-reservation": 1},
        {"location": "/" * 5000, "tdm-reservation": 1}, {"location": "/\u0007", "tdm-reservation": 1},
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_rule_is_left_out_and_counted(wrong: object) -> None:
    found = read([wrong, {"location": "/", "tdm-reservation": 0}])
    assert (len(found.rules), found.left_out) == (1, 1)


@pytest.mark.parametrize(
    "body",
    [b"", b"<!doctype html><h1>Beranda", b"[" * 100_000, b"\xff\xfe\x00", b"9" * 10_000, b" " * (tdm.LONGEST + 1)],
    ids=["nothing", "a page", "a well without a bottom", "no UTF-8", "a number without an end", "too long"],
)
def test_a_file_that_is_none_is_a_fault_and_no_error(body: bytes) -> None:
    found = tdm.read(body)
    assert found.rules == ()
    assert found.fault


def test_rules_without_an_end_are_cut_off_and_counted() -> None:
    found = read([{"location": f"/{n}", "tdm-reservation": 1} for n in range(tdm.MOST_RULES + 5)])
    assert (len(found.rules), found.left_out) == (tdm.MOST_RULES, 5)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
            st.sampled_from(["location", "tdm-reservation", "tdm-policy", "lain"]), inner
        ),
        max_leaves=20,
    )
)  # fmt: skip
def test_any_json_can_be_read_and_written_down(what: Any) -> None:
    json.dumps(read(what).as_json(), allow_nan=False)


@given(st.binary(max_size=2000))
def test_any_bytes_can_be_read(body: bytes) -> None:
    tdm.read(body)
