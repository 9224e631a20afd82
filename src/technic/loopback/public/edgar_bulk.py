"""EDGAR's bulk files of the simulated market: all companies in a zip, and a quarter's data set.

Rebuilt when the day has changed. A client that was cut off may go on where it was (``Range``), as
long as the file is the same one (``If-Range``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterator

from technic.data_engine.interfaces.transport import HttpResponse
from technic.loopback.public.edgar import Edgar, declared
from technic.loopback.public.filers import Filers
from technic.loopback.wire import Call, Route
from technic.loopback.world import World
from technic.marketsim.companies.filings import Filing
from technic.marketsim.companies.profiles import Profile

__all__ = ["EdgarBulk"]

Members = Iterator[tuple[str, bytes]]
ARCHIVES = ("Archives", "edgar", "daily-index")
DATA_SETS = ("files", "dera", "data", "financial-statement-data-sets")
EPOCH = (1980, 1, 1, 0, 0, 0)
LEVEL = 1
SUB = ["adsh", "cik", "name", "sic", "countryba", "form", "period", "fy", "fp", "filed",
       "accepted", "prevrpt", "detail", "instance", "nciks"]  # fmt: skip
NUM = ["adsh", "tag", "version", "ddate", "qtrs", "uom", "segments", "coreg", "value", "footnote"]
FIRST_SEGMENTS = (2025, 1)
"""Quarter from which numbers have a column of segments."""


class EdgarBulk:
    """Answers for submissions.zip, companyfacts.zip and YYYYqN.zip."""

    def __init__(self, world: World, filers: Filers, edgar: Edgar) -> None:
        self._world, self._filers, self._edgar = world, filers, edgar
        self._made: dict[str, tuple[object, bytes]] = {}

    def routes(self) -> list[Route]:
        """Return what this answers."""
        return [
            Route("submissions_zip", "sec", (*ARCHIVES, "bulkdata", "submissions.zip"),
                  declared(self._bulk("submissions", self._submissions))),
            Route("companyfacts_zip", "sec", (*ARCHIVES, "xbrl", "companyfacts.zip"),
                  declared(self._bulk("companyfacts", self._companyfacts))),
            Route("data_set", "sec", (*DATA_SETS, "*"), declared(self._data_set)),
        ]  # fmt: skip

    def _bulk(self, name: str, members: Callable[[], Members]) -> Callable[..., HttpResponse]:
        return lambda call: _part(call, self._zip(name, members))

    def _data_set(self, call: Call, name: str) -> HttpResponse:
        found = re.fullmatch(r"(20\d\d)q([1-4])\.zip", name, re.ASCII)
        last_month = int(found[2]) * 3 if found else 0
        after = (int(found[1]) + last_month // 12, last_month % 12 + 1) if found else (9999, 1)
        now = self._filers.now
        if found is None or (now.year, now.month) < after:
            return HttpResponse(404, {"content-type": "text/html"}, b"<html>Not Found</html>")
        quarter = (int(found[1]), int(found[2]))
        return _part(call, self._zip(name, lambda: self._tables(quarter)))

    def _zip(self, name: str, members: Callable[[], Members]) -> bytes:
        """Make a zip, unless it was made of the world as it is."""
        world = self._world
        state = (world.edition, world.today, world.phase)
        held = self._made.get(name)
        if held is None or held[0] != state:
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
                for member, body in members():
                    archive.writestr(
                        zipfile.ZipInfo(member, EPOCH), body, zipfile.ZIP_DEFLATED, LEVEL
                    )
            held = self._made[name] = (state, packed.getvalue())
        return held[1]

    def _submissions(self) -> Members:
        for profile in self._filers.profiles.values():
            yield from self._edgar.submission_pages(profile).items()

    def _companyfacts(self) -> Members:
        for profile in self._filers.profiles.values():
            body = self._edgar.facts(profile)
            if body is not None:
                yield f"CIK{profile.cik:010d}.json", body

    def _tables(self, quarter: tuple[int, int]) -> Members:
        filed = [
            (profile, filing)
            for profile in self._filers.profiles.values()
            for filing in self._filers.filings(profile)
            if filing.has_numbers and (filing.filed.year, (filing.filed.month + 2) // 3) == quarter
        ]
        columns = NUM if quarter >= FIRST_SEGMENTS else [one for one in NUM if one != "segments"]
        yield "sub.txt", _table(SUB, (self._sub(*one) for one in filed))
        yield "num.txt", _table(columns, (row for one in filed for row in self._num(*one)))
        yield "tag.txt", _table(["tag", "version"], iter(()))
        yield "pre.txt", _table(["adsh", "report", "line"], iter(()))
        yield "readme.htm", b"<html>SIMULATED</html>"

    def _sub(self, profile: Profile, filing: Filing) -> dict[str, object]:
        amended = any(
            other.quarter == filing.quarter and other.form == f"{filing.form}/A"
            for other in self._filers.filings(profile)
        )
        return {
            "adsh": filing.accn, "cik": profile.cik, "name": self._filers.name(profile).upper(),
            "sic": profile.sic, "countryba": "US", "form": filing.form,
            "period": f"{_month_end(filing.quarter.end):%Y%m%d}", "fy": filing.fiscal_year or "",
            "fp": filing.period or "", "filed": f"{filing.filed:%Y%m%d}",
            "accepted": f"{filing.accepted:%Y-%m-%d %H:%M:%S}.0", "prevrpt": int(amended),
            "detail": 1, "instance": "report.xml", "nciks": 1,
        }  # fmt: skip

    def _num(self, profile: Profile, filing: Filing) -> Iterator[dict[str, object]]:
        for at, number in enumerate(self._filers.numbers(profile, filing)):
            version = f"{'ifrs' if number.taxonomy == 'ifrs-full' else number.taxonomy}/2023"
            days = 0 if number.start is None else (number.end - number.start).days + 1
            row: dict[str, object] = {
                "adsh": filing.accn, "tag": number.tag, "version": version,
                "ddate": f"{_month_end(number.end):%Y%m%d}", "qtrs": round(days / 91.25),
                "uom": number.unit.partition("/shares")[0], "value": f"{number.value:.4f}",
            }  # fmt: skip
            yield row
            if at == 0:  # parts of a company, which add up to nothing that is asked for
                yield {**row, "segments": "Geography=US;", "coreg": "Subsidiary", "value": "1.0000"}


def _part(call: Call, body: bytes) -> HttpResponse:
    """Answer with a file, or with the rest of it."""
    tag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
    headers = {"content-type": "application/zip", "etag": tag, "accept-ranges": "bytes"}
    asked = re.fullmatch(r"bytes=(\d{1,15})-", call.headers.get("range", ""), re.ASCII)
    if asked is None or call.headers.get("if-range", tag) != tag:
        return HttpResponse(200, headers, body)
    start = int(asked[1])
    if start >= len(body):
        return HttpResponse(416, {"content-range": f"bytes */{len(body)}"}, b"")
    headers["content-range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
    return HttpResponse(206, headers, body[start:])


def _table(columns: list[str], rows: Iterator[dict[str, object]]) -> bytes:
    lines = ["\t".join(columns)]
    lines += ["\t".join(str(row.get(column, "")) for column in columns) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def _month_end(day: dt.date) -> dt.date:
    """The end of a month that is nearest to a day."""
    first = day.replace(day=1)
    after = (first + dt.timedelta(days=32)).replace(day=1)
    this, before = after - dt.timedelta(days=1), first - dt.timedelta(days=1)
    return this if this - day <= day - before else before
