"""What becomes of a folder: the site's own files alone are replaced and deleted."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest

from technic.errors import ParameterError
from technic.site.folder import MANIFEST, check_folder, write_site

ABOUT = {"as_of": "2024-03-08"}
MONDAY = {"index.html": b"monday", "symbols/AAA.html": b"a", "symbols/BBB.html": b"b"}
TUESDAY = {"index.html": b"tuesday", "symbols/BBB.html": b"b", "symbols/CCC.html": b"c"}


def content(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder but the manifest."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def test_the_next_day_takes_the_place_of_the_last(tmp_path: Path) -> None:
    """Files that stay as they are are left alone, and those of the day before go."""
    folder = tmp_path / "new" / "site"
    first = write_site(folder, MONDAY, ABOUT)
    assert (first.written, first.same, first.deleted) == (3, 0, 0)
    second = write_site(folder, TUESDAY, ABOUT)
    assert (second.written, second.same, second.deleted) == (2, 1, 1)
    assert content(folder) == TUESDAY
    before = (folder / MANIFEST).read_bytes()
    write_site(folder, TUESDAY, ABOUT)
    assert (folder / MANIFEST).read_bytes() == before


def test_what_is_not_the_sites_stays(tmp_path: Path) -> None:
    """Files of others anywhere in it, and files of the site that somebody has changed."""
    write_site(tmp_path, MONDAY, ABOUT)
    mine = {"CNAME": b"x", "symbols/notes.txt": b"y", "assets/own.css": b"z"}
    for name, text in mine.items():
        (tmp_path / name).write_bytes(text)
    (tmp_path / "symbols" / "AAA.html").write_bytes(b"changed by hand")
    write_site(tmp_path, TUESDAY, ABOUT)
    assert content(tmp_path) == {**TUESDAY, **mine, "symbols/AAA.html": b"changed by hand"}


def test_a_folder_of_somebody_else_is_refused_untouched(tmp_path: Path) -> None:
    """Before anything is written, and before a scan is made for it."""
    (tmp_path / "index.html").write_bytes(b"mine")
    for refuse in (check_folder, lambda folder: write_site(folder, MONDAY, ABOUT)):
        with pytest.raises(ParameterError, match=r"index\.html there is not of technic site"):
            refuse(tmp_path)
    assert content(tmp_path) == {"index.html": b"mine"}
    with pytest.raises(ParameterError, match="a file of that name"):
        check_folder(tmp_path / "index.html")


@pytest.mark.parametrize(
    "name", ["../outside.txt", "/etc/outside", "symbols/../../outside.txt", "other/deep.txt"]
)
def test_a_manifest_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    """Whatever somebody wrote into it."""
    folder = tmp_path / "site"
    write_site(folder, MONDAY, ABOUT)
    (tmp_path / "outside.txt").write_bytes(b"")
    (folder / "other").mkdir()
    (folder / "other" / "deep.txt").write_bytes(b"")
    manifest = json.loads((folder / MANIFEST).read_text())
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    manifest["files"][name] = [empty]
    (folder / MANIFEST).write_text(json.dumps(manifest))
    write_site(folder, TUESDAY, ABOUT)
    assert (tmp_path / "outside.txt").exists()
    assert (folder / "other" / "deep.txt").exists()


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    """Neither a file nor the folder of pages."""
    folder, outside = tmp_path / "site", tmp_path / "outside"
    outside.mkdir()
    folder.mkdir()
    (folder / "symbols").symlink_to(outside, target_is_directory=True)
    with pytest.raises(ParameterError, match="not of technic site"):
        write_site(folder, MONDAY, ABOUT)
    assert not list(outside.iterdir())


@pytest.mark.parametrize("step", range(8))
def test_a_site_that_was_cut_short_knows_its_own_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Whichever file was the last that was written."""
    from technic.site import folder as module

    write_site(tmp_path, MONDAY, ABOUT)
    write, count = module._write, 0

    def until(path: Path, text: bytes) -> None:
        nonlocal count
        if count == step:
            raise OSError(28, "no space left on the device")
        count += 1
        write(path, text)

    monkeypatch.setattr(module, "_write", until)
    with contextlib.suppress(ParameterError):
        write_site(tmp_path, TUESDAY, ABOUT)
    monkeypatch.undo()
    write_site(tmp_path, TUESDAY, ABOUT)
    assert content(tmp_path) == TUESDAY
