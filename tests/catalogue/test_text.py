"""What pages, headers and foreign records say goes in and comes out, however strange, and alike in every database."""

from __future__ import annotations

import random
import re
import string

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalogue import rows
from tests.catalogue.rows import later
from xinhua_id.catalogue import captures, validators, visits
from xinhua_id.catalogue.store import Catalogue

#: Any code point, lone surrogates too; NUL often enough.
_ANYTHING = st.text(st.one_of(st.just("\0"), st.characters(codec=None)), max_size=40)


def kept(said: str) -> str:
    return re.sub("[\0\ud800-\udfff]", "\ufffd", said)


@given(url=_ANYTHING, mime=_ANYTHING, detail=_ANYTHING)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_kept_and_found_again(catalogue: Catalogue, url: str, mime: str, detail: str) -> None:
    capture, visit = rows.capture(url=url, mime=mime), rows.visit(url=url, detail=detail)
    with catalogue.begin() as connection:
        captures.add(connection, [capture])
        visits.add(connection, [visit])
        (found,) = captures.at(connection, url)
        assert (found.url, found.mime) == (kept(url), kept(mime))
        assert [one.detail for one in visits.at(connection, url)] == [kept(detail)]
        assert captures.original(connection, "contoh", "sha1:PANEN", url) == found


def test_a_url_may_be_longer_than_an_entry_of_an_index(catalogue: Catalogue) -> None:
    letters = random.Random(7)
    url = "http://contoh.id/?" + "".join(letters.choices(string.ascii_letters, k=20_000))
    with catalogue.begin() as connection:
        captures.add(connection, [rows.capture(0), rows.capture(1, url=url)])
        visits.add(connection, [rows.visit(url=url)])
        assert list(captures.at(connection, url)) == [rows.capture(1, url=url)]
        assert visits.at(connection, url) == [rows.visit(url=url)]
        assert captures.original(connection, "contoh", "sha1:PANEN", url) == rows.capture(1, url=url)


def test_a_very_long_url_has_no_validators_and_costs_no_other_its_own(catalogue: Catalogue) -> None:
    letters = random.Random(7)
    longest = "".join(letters.choices(string.ascii_letters, k=validators.LONGEST))
    with catalogue.begin() as connection:
        validators.put(connection, [rows.validator(url=longest + "x"), rows.validator(url=longest)])
        assert validators.of(connection, "contoh", longest + "x") is None
        assert validators.of(connection, "contoh", longest) == rows.validator(url=longest)


def test_text_is_in_the_order_of_its_code_points(catalogue: Catalogue) -> None:
    names = ["B", "Z", "_", "a", "a-b", "aB", "ab", "é", "Ω", "中", "\U0001f600"]
    with catalogue.begin() as connection:
        captures.add(connection, [rows.capture(n, file=name) for n, name in enumerate(reversed(names))])
        assert [row.file for row in captures.each(connection)] == names == sorted(names)


def test_a_moment_before_another_is_before_it_as_text(catalogue: Catalogue) -> None:
    moments = [later(seconds) for seconds in (-86400, -0.000001, 0, 0.5, 3600)]
    with catalogue.begin() as connection:
        captures.add(connection, [rows.capture(n, captured_at=when) for n, when in enumerate(reversed(moments))])
        found = [row.captured_at for row in captures.at(connection, rows.URL, since=moments[1], until=moments[-1])]
    assert found == moments[1:-1]
