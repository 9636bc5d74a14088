"""The element tree of a page, whole however deep it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from xinhua_id.extraction import tree


def words(page: str) -> list[str]:
    root = tree.parse(page.encode())
    assert root is not None
    return " ".join(map(str, root.itertext())).split()


@pytest.mark.parametrize("page", ["", " \n", "\0"])
def test_a_page_without_a_mark_has_no_root(page: str) -> None:
    assert tree.parse(page.replace("\0", "").encode()) is None


@pytest.mark.parametrize("depth", [10, 2000, 2100, 30_000])
def test_order_and_text_are_kept_at_any_depth(depth: int) -> None:
    page = "satu" + "<div>dua <b>tiga</b>" * depth + "<p>empat</p>" + "</div>lima" * depth + "<p>enam</p>"
    found = words(page)
    assert found[0] == "satu"
    assert found[-1] == "enam"
    assert {word: found.count(word) for word in ("dua", "tiga", "empat", "lima")} == {
        "dua": depth, "tiga": depth, "empat": 1, "lima": depth,
    }  # fmt: skip


def test_paragraphs_stay_apart_where_their_wrappers_are_taken_out() -> None:
    root = tree.parse(("<div>" * 3000 + "<div>satu</div><div>dua <b>tiga</b></div>").encode())
    assert root is not None
    assert [text for p in root.iter("p") if (text := "".join(map(str, p.itertext())))] == ["satu", "dua tiga"]


def test_what_only_looks_like_a_tag_is_left_alone() -> None:
    kept = "<script>if (a<b) '<div>'</script><!-- <div> --><p title='<div>'>1 < 2 <3</p>"
    root = tree.parse(("<div>" * 3000 + kept).encode())
    assert root is not None
    assert [script.text for script in root.iter("script")] == ["if (a<b) '<div>'"]
    assert [p.get("title") for p in root.iter("p") if p.get("title")] == ["<div>"]
    assert "1 < 2" in "".join(map(str, root.itertext()))


def test_a_page_read_in_one_thread_says_nothing_of_one_read_in_another() -> None:
    pages = ["<p>satu</p>" * 50, "<div>" * 3000 + "<p>dua</p>", "<p></q></z>" * 200 + "<p>tiga</p>"] * 20
    one_by_one = [words(page) for page in pages]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(words, pages)) == one_by_one


@pytest.mark.parametrize("swallows", ["<button><div>Menu</button>", "<noscript><div>Aktifkan skrip</noscript>"])
@pytest.mark.parametrize(
    "rest", ["<main><p>satu</p></main>", "<article>satu</article>", "<div>satu</div><footer>x</footer>"]
)
def test_what_cannot_hold_the_rest_of_a_page_does_not(swallows: str, rest: str) -> None:
    root = tree.parse(f"<body><header>{swallows}</header>{rest}".encode())
    assert root is not None
    assert not list(root.iter("button", "noscript"))
    assert "satu" in "".join(map(str, root.itertext()))


def test_a_button_with_a_paragraph_and_an_image_for_those_without_scripts_stay_what_they_are() -> None:
    kept = "<button><p>Bagikan</p></button><noscript><img src='a.jpg'></noscript><select><option>satu</select>"
    root = tree.parse(f"<main>{kept}<p>dua</p></main>".encode())
    assert root is not None
    assert [element.tag for element in root.iter("button", "noscript", "select")] == ["button", "noscript", "select"]
