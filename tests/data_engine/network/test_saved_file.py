"""Files from the network: whole or not there, and taken up where they were cut off."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from support.loopback import small
from technic.data_engine.interfaces.requests import BadAnswerError, UnavailableError
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.network.aiohttp_transport import AiohttpTransport
from technic.data_engine.network.function_transport import FunctionTransport
from technic.data_engine.network.saved_file import SavedFile
from technic.errors import StoreError
from technic.loopback import FaultRules, LoopbackServer

AGENT = {"User-Agent": "Jane Doe jane@example.com"}
PATH = "/Archives/edgar/daily-index/xbrl/companyfacts.zip"
WHOLE = b"0123456789" * 100


class Server:
    """Serves one file; ``break_after``: bytes after which the connection breaks, once."""

    def __init__(self, body: bytes = WHOLE, tag: str = '"a"', break_after: int = 0) -> None:
        self.body, self.tag, self.break_after = body, tag, break_after
        self.asked: list[str] = []

    def save(self, file: SavedFile) -> int:
        """Answer once; returns the status."""
        return asyncio.run(
            FunctionTransport(self.answer).save(HttpRequest("http://x/f"), file)
        ).status

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The file, or the rest of it that is asked for."""
        asked = request.headers.get("Range", "")
        self.asked.append(asked)
        start = 0
        headers = {"etag": self.tag} if self.tag else {}
        if asked and request.headers["If-Range"] == self.tag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            headers["content-range"] = f"bytes {start}-{len(self.body) - 1}/{len(self.body)}"
        rest = self.body[start:]
        headers["content-length"] = str(len(rest))
        if self.break_after:
            rest, self.break_after = rest[: self.break_after], 0
        return HttpResponse(206 if start else 200, headers, rest)


def test_a_file_is_there_once_it_is_whole(tmp_path):
    """And says how it grows."""
    seen = []
    file = SavedFile(tmp_path / "new" / "f.zip", 10_000, lambda *one: seen.append(one))
    assert Server().save(file) == 200
    assert file.path.read_bytes() == WHOLE
    assert seen == [(1_000, 1_000)]
    assert [path.name for path in file.path.parent.iterdir()] == ["f.zip"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_disk_that_is_full_is_no_fault_of_the_connection(tmp_path):
    """One sentence that says so, whatever part of the file has come."""
    file = SavedFile(tmp_path / "f.zip", 10_000)
    file.part.symlink_to("/dev/full")
    with pytest.raises(StoreError, match=r"f\.zip\.part: cannot be written: No space left.*room"):
        Server().save(file)


def test_a_folder_that_cannot_be_made_is_no_fault_of_the_connection(tmp_path):
    """A file stands where it should be."""
    (tmp_path / "new").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written: File exists"):
        Server().save(SavedFile(tmp_path / "new" / "f.zip", 10_000))


def test_it_goes_on_where_it_was_cut_off(tmp_path):
    """The second request asks for the rest alone."""
    file, server = SavedFile(tmp_path / "f.zip", 10_000), Server(break_after=400)
    with pytest.raises(UnavailableError, match="broke off"):
        server.save(file)
    assert not file.path.exists()
    assert server.save(file) == 206
    assert server.asked == ["", "bytes=400-"]
    assert file.path.read_bytes() == WHOLE


def test_another_edition_begins_anew(tmp_path):
    """The rest of a file that is not the same would make one that never was."""
    file, server = SavedFile(tmp_path / "f.zip", 10_000), Server(break_after=400)
    with pytest.raises(UnavailableError):
        server.save(file)
    server.body, server.tag = b"x" * 700, '"b"'
    assert server.save(file) == 200
    assert file.path.read_bytes() == b"x" * 700


@pytest.mark.parametrize("tag", ["", 'W/"weak"'])
def test_without_a_strong_tag_nothing_is_taken_up(tmp_path, tag):
    """Whether it is the same file, nobody knows."""
    file, server = SavedFile(tmp_path / "f.zip", 10_000), Server(tag=tag, break_after=400)
    with pytest.raises(UnavailableError):
        server.save(file)
    server.save(file)
    assert server.asked == ["", ""]
    assert file.path.read_bytes() == WHOLE


def test_a_piece_that_was_not_asked_for_is_refused_and_all_forgotten(tmp_path):
    """It would leave a hole."""
    file, server = SavedFile(tmp_path / "f.zip", 10_000), Server(break_after=400)
    with pytest.raises(UnavailableError):
        server.save(file)
    wrong = HttpResponse(206, {"content-range": "bytes 500-999/1000"}, WHOLE[500:])
    with pytest.raises(BadAnswerError, match="another piece"):
        asyncio.run(FunctionTransport(lambda _: wrong).save(HttpRequest("http://x/f"), file))
    assert file.headers == {}


def test_more_than_it_may_have_is_refused(tmp_path):
    """Said beforehand, or found on the way."""
    file = SavedFile(tmp_path / "f.zip", 999)
    with pytest.raises(BadAnswerError, match="more than"):
        Server().save(file)
    with pytest.raises(BadAnswerError, match="more than"), file.receive(200, {}) as take:
        take(WHOLE)
    assert not file.path.exists()


def test_an_answer_that_is_no_file_is_read(tmp_path):
    """404 with its words; nothing is written."""
    file = SavedFile(tmp_path / "f.zip", 999)
    missing = HttpResponse(404, {}, b"no such key")
    answer = asyncio.run(FunctionTransport(lambda _: missing).save(HttpRequest("http://x"), file))
    assert answer == missing
    assert list(tmp_path.iterdir()) == []


def test_over_sockets_too(tmp_path):
    """The connection is reset before and within the body until it is not; 404 is read."""
    loopback = small(60, 300, faults=FaultRules(reset=1.0, most_per_request=3))
    with LoopbackServer(loopback) as server:
        file = SavedFile(tmp_path / "f.zip", 10**9)

        async def fetch(path: str) -> list[int | str]:
            came: list[int | str] = []
            async with AiohttpTransport(1) as transport:
                while not came or isinstance(came[-1], str):
                    request = HttpRequest(f"{server.url}{path}", headers=AGENT)
                    try:
                        came.append((await transport.save(request, file)).status)
                    except UnavailableError as error:
                        came.append(str(error))
            return came

        came = asyncio.run(fetch(PATH))
        assert len(came) == 4
        whole = loopback.handle(HttpRequest(f"http://host{PATH}", headers=AGENT)).body
        assert file.path.read_bytes() == whole
        loopback.set_faults(FaultRules())
        assert asyncio.run(fetch("/submissions/CIK0000000001.json")) == [404]
