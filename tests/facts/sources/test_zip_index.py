"""Members of large zip files, compared with what zipfile makes of the same files."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest

from technic.data_engine.interfaces.requests import BadAnswerError
from technic.facts.sources import zip_index
from technic.facts.sources.zip_index import ZipIndex


def archive(tmp_path, names, method=zipfile.ZIP_DEFLATED, **options):
    """A zip with a member for each name."""
    path = tmp_path / "bulk.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        for name in names:
            with file.open(zipfile.ZipInfo(name), "w", **options) as member:
                member.write(f"{name} ".encode() * 50)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("zip64", [False, True])
def test_members_are_those_of_zipfile(tmp_path, method, zip64, monkeypatch):
    """Packed or not, with large headers or small, the directory read in tiny pieces."""
    monkeypatch.setattr(zip_index, "PIECE", 64)
    path = archive(tmp_path, [f"CIK{at:010}.json" for at in range(40)], method, force_zip64=zip64)
    index = ZipIndex.of(path)
    with zipfile.ZipFile(path) as oracle, path.open("rb") as file:
        assert list(index.members) == oracle.namelist()
        for name in index.members:
            assert index.read(file, name) == oracle.read(name)


def test_more_than_65535_members_and_only_those_wanted_are_kept(tmp_path):
    """Beyond two bytes the count stands elsewhere."""
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as file:
        for at in range(66_000):
            file.writestr(zipfile.ZipInfo(f"{at}.json"), b"x")
    index = ZipIndex.of(path, lambda name: name.startswith("6599"))
    assert len(index.members) == 11
    with path.open("rb") as file:
        assert index.read(file, "65999.json") == b"x"


def test_what_is_damaged_is_an_error_of_its_member(tmp_path, monkeypatch):
    """A byte that flipped, and one that is too large; the other members are read."""
    path = archive(tmp_path, ["a.json", "b.json"], zipfile.ZIP_STORED)
    body = bytearray(path.read_bytes())
    body[body.index(b"b.json b.json")] ^= 1
    path.write_bytes(body)
    index = ZipIndex.of(path)
    with path.open("rb") as file:
        assert index.read(file, "a.json") == b"a.json " * 50
        with pytest.raises(BadAnswerError, match=r"b.json is damaged"):
            index.read(file, "b.json")
        monkeypatch.setattr(zip_index, "MAX_MEMBER_BYTES", 100)
        with pytest.raises(BadAnswerError, match="more than"):
            index.read(file, "a.json")


def test_a_bomb_is_never_unpacked(tmp_path):
    """It says that it is small; what comes out is cut at what it says."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.json", b"0" * 10_000_000)
    body = packed.getvalue().replace((10_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path = tmp_path / "bomb.zip"
    path.write_bytes(body)
    index = ZipIndex.of(path)
    tracemalloc.start()
    try:
        with path.open("rb") as file, pytest.raises(BadAnswerError, match="damaged"):
            index.read(file, "a.json")
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_file_that_was_cut_off_is_refused(tmp_path):
    """Wherever that was."""
    path = archive(tmp_path, ["a.json", "b.json"])
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        with pytest.raises(BadAnswerError):
            ZipIndex.of(path)
