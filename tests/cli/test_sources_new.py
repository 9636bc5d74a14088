"""`xinhua-id sources new` drafts a source that reads the rest of its site, and a test that waits for a person."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Answer, environment
from tests.extraction.stories import article
from xinhua_id import extract, sources
from xinhua_id.cli import main
from xinhua_id.demo.gold import GoldStory
from xinhua_id.demo.site import Replica

Run = Callable[..., "subprocess.CompletedProcess[str]"]
SITES = ("indonesiawindow", "antaranews", "xinhua", "kabarnusa")


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(360) as served:
        yield served


def pages_of(replica: Replica, site: str) -> list[tuple[GoldStory, bytes]]:
    """Return ordinary stories of the layout that carries most of a site's, each with its page."""
    content = replica.contents[site]
    whole = [story for story in content.gold if story.fault is None]
    layouts = [story.layout for story in whole]
    usual = max(sorted(set(layouts)), key=layouts.count)
    return [(story, content.answers[story.path].body) for story in whole if story.layout == usual]


def save(bodies: list[bytes], folder: Path) -> list[str]:
    paths = [folder / f"halaman{number}.html" for number in range(len(bodies))]
    for path, body in zip(paths, bodies, strict=True):
        path.write_bytes(body)
    return list(map(str, paths))


@pytest.mark.parametrize("site", SITES)
def test_a_draft_from_two_pages_reads_ten_others_by_layout_and_as_gold_has_them(
    site: str, replica: Replica, tmp_path: Path
) -> None:
    stories = pages_of(replica, site)
    # Two templates of one theme share a layout's name on the replica; the draft is asked about the one it has seen.
    given = save([body for _, body in stories[:2]], tmp_path)
    assert main(["sources", "new", *given, "--name", "contoh", "--into", str(tmp_path / "draf")]) == 0
    source = sources.load(tmp_path / "draf" / "contoh.toml")
    alike = [(gold, body) for gold, body in stories[2:] if _wrapper(body) in {_wrapper(one) for _, one in stories[:2]}]
    assert len(alike) >= 10
    for gold, body in alike[:10]:
        read = extract(body, source=source)
        assert read.extraction.method == "layout", gold.path
        assert (read.headline, read.paragraphs) == (gold.headline, list(gold.paragraphs)), gold.path


def _wrapper(body: bytes) -> bytes:
    """Return what tells the replica's templates of one layout apart: the class of the story's element."""
    return next((name for name in (b"td-post-content", b"entry-content") if b'class="' + name in body), b"")


def test_pages_of_two_kinds_get_a_layout_each(replica: Replica, tmp_path: Path) -> None:
    content = replica.contents["antaranews"]
    one_of_each = {story.layout: content.answers[story.path].body for story in content.gold if story.fault is None}
    given = save(list(one_of_each.values()), tmp_path)
    assert main(["sources", "new", *given, "--name", "contoh", "--into", str(tmp_path)]) == 0
    source = sources.load(tmp_path / "contoh.toml")
    assert len(source.layout) == len(one_of_each) == 3
    assert {extract(body, source=source).extraction.method for body in one_of_each.values()} == {"layout"}


def test_a_draft_says_what_the_site_says_of_itself_and_leaves_permission_to_a_person(
    replica: Replica, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = save([body for _, body in pages_of(replica, "antaranews")[:2]], tmp_path)
    address = "https://www.warta-contoh.example/berita/3342363/harga-cabai-turun-lagi"
    assert main(["sources", "new", *given, "--url", address, "--into", str(tmp_path)]) == 0
    source = sources.load(tmp_path / "warta-contoh.toml")
    assert (source.permission, source.verified, source.title) == ("ask", False, "ANTARA News")
    assert source.hosts == ("www.warta-contoh.example", "warta-contoh.example")
    toml = (tmp_path / "warta-contoh.toml").read_text(encoding="utf-8")
    assert r"# story = ['^/berita/\d+/[\w%.-]+/?($|\?)']" in toml
    assert not any(digit in layout.body + layout.headline for layout in source.layout for digit in "023456789")
    said = capsys.readouterr().out
    assert "xinhua-id sources check" in said
    assert "Read the site's terms" in said


def test_the_drafted_test_fails_until_a_person_has_checked_the_gold_and_where_the_page_is_read_otherwise(
    tmp_path: Path,
) -> None:
    given = save([article().encode()], tmp_path)
    assert main(["sources", "new", *given, "--url", "https://kabar.example/a", "--into", str(tmp_path)]) == 0
    gold = tmp_path / "kabar-1.json"
    assert "Nobody has checked kabar-1.json" in _pytest(tmp_path, 1)
    said = json.loads(gold.read_text(encoding="utf-8"))
    gold.write_text(json.dumps({**said, "checked": True, "checked_by": "Sari"}), encoding="utf-8")
    assert "1 passed" in _pytest(tmp_path, 0)
    said["article"]["paragraphs"][0] = "Yang dibaca orang lain."
    gold.write_text(json.dumps({**said, "checked": True, "checked_by": "Sari"}), encoding="utf-8")
    assert "Yang dibaca orang lain." in _pytest(tmp_path, 1)


def _pytest(folder: Path, code: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-vv", "test_kabar.py"],
        cwd=folder, env=environment(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == code, done.stdout
    return done.stdout


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = save([article().encode()], tmp_path)
    (tmp_path / "kabar-1.json").write_text("dibaca Sari", encoding="utf-8")
    before = sorted(path.name for path in tmp_path.iterdir())
    assert main(["sources", "new", *given, "--url", "https://kabar.example/a", "--into", str(tmp_path)]) == 2
    assert "already there: kabar-1.json" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (tmp_path / "kabar-1.json").read_text(encoding="utf-8") == "dibaca Sari"


def test_a_live_page_is_fetched_with_all_manners(serve: Callable[..., str], xinhua_id: Run, tmp_path: Path) -> None:
    robots: Answer = (200, {}, "User-agent: *\nDisallow: /tutup")
    base = serve({"/robots.txt": robots, "/cerita": (200, {}, article()), "/tutup": (200, {}, article())})
    done = xinhua_id("sources", "new", f"{base}/cerita", "--name", "contoh", "--into", "draf")
    assert done.returncode == 0, done.stderr
    gold = json.loads((tmp_path / "draf" / "contoh-1.json").read_text(encoding="utf-8"))
    assert (gold["url"], gold["content_type"]) == (f"{base}/cerita", "text/html; charset=utf-8")
    assert sources.load(tmp_path / "draf" / "contoh.toml").base == base
    denied = xinhua_id("sources", "new", f"{base}/tutup", "--name", "tutup")
    assert (denied.returncode, "denied/robots" in denied.stderr) == (1, True), denied.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["draf"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["https://warta.example/1"], 1, "XINHUA_ID_CONTACT"),
        (["https://www.antaranews.com/berita/1/a"], 1, "XINHUA_ID_PERMISSIONS=antaranews"),
        (["https://warta.example/1", "cerita.html"], 2, "addresses and files together"),
        (["cerita.html"], 2, "no page says where it stands"),
        (["cerita.html", "--url", "warta"], 2, "not an address"),
        (["cerita.html", "--url", "https://warta.example/1", "--name", "Warta Contoh"], 2, "not a name for a source"),
        (["kosong.html", "--url", "https://warta.example/1"], 1, "--as html"),
        (["tidak-ada.html"], 2, "cannot read the file"),
    ],
)
def test_what_cannot_be_drafted_is_said(
    arguments: list[str], code: int, words: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XINHUA_ID_CONTACT", "")
    Path("cerita.html").write_text(article(), encoding="utf-8")
    Path("kosong.html").write_text("<p>Halo</p>", encoding="utf-8")
    assert main(["sources", "new", *arguments]) == code
    assert words in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cerita.html", "kosong.html"]
