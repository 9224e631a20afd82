"""Members of large zip files, compared with what zipfile makes of the same files."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib

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


def large_directory() -> bytearray:
    """An archive of one member whose directory has all its sizes in the extra fields."""
    name, data = b"a.json", b"hello"
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 45, 0, 0, 0, 0, zlib.crc32(data), 5, 5, 6, 0)
    extra = struct.pack("<HHQQQ", 1, 24, 5, 5, 0)
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 45, 45, 0, 0, 0, 0, zlib.crc32(data), *[0xFFFFFFFF] * 2, 6, 28,
        0, 0, 0, 0, 0xFFFFFFFF,
    ) + name + extra  # fmt: skip
    at = len(local) + len(name + data)
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(entry), at)
    end += struct.pack("<4sLQL", b"PK\6\7", 0, at + len(entry), 1)
    end += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, *[0xFFFFFFFF] * 2, 0)
    return bytearray(local + name + data + entry + end)


def test_bytes_that_flipped_are_never_more_than_an_error_of_the_archive(tmp_path):
    """Eight bytes of ones at each place of archives with small and with large directories."""
    path = archive(tmp_path, ["a.json", "b.json"])
    for whole in (path.read_bytes(), bytes(large_directory())):
        path.write_bytes(whole)
        assert "a.json" in ZipIndex.of(path).members
        for at in range(len(whole) - 8):
            path.write_bytes(whole[:at] + b"\xff" * 8 + whole[at + 8 :])
            try:
                index = ZipIndex.of(path)
                with path.open("rb") as file:
                    for name in index.members:
                        index.read(file, name)
            except BadAnswerError:
                pass


def test_a_file_that_was_cut_off_is_refused(tmp_path):
    """Wherever that was."""
    path = archive(tmp_path, ["a.json", "b.json"])
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        with pytest.raises(BadAnswerError):
            ZipIndex.of(path)
