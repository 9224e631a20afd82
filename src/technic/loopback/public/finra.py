"""The simulated market's short interest as FINRA answers it: settlement days, pages of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import msgspec
import numpy as np

from technic.data_engine.interfaces.transport import HttpResponse
from technic.loopback.public.filers import Filers
from technic.loopback.wire import Call, Route, WireError, json_reply
from technic.loopback.world import World
from technic.marketsim.companies.short_interest import Shorts, settlements

__all__ = ["Finra"]

NAME = ("group", "otcMarket", "name", "consolidatedShortInterest")
MOST = 5_000
LATER = 8
"""Sessions from a settlement day to the one after whose close its numbers are published."""
CODES = {"NASDAQ": "NNM", "NYSE": "NYSE", "AMEX": "AMEX", "NYSE ARCA": "ARCA"}


class Finra:
    """Answers for ``/data/…`` (POST) and ``/partitions/…`` (GET)."""

    def __init__(self, world: World, filers: Filers) -> None:
        self._world, self._filers = world, filers

    def routes(self) -> list[Route]:
        """Return what this answers."""
        return [
            Route("short_interest", "finra", ("data", *NAME), self._rows_of_a_day),
            Route("short_interest_days", "finra", ("partitions", *NAME), self._days),
        ]

    def _days(self, _call: Call) -> HttpResponse:
        found = [{"partitions": [str(day)]} for _, day in reversed(self._published())]
        return json_reply({"datasetGroup": "OTCMARKET", "datasetName": NAME[-1].upper(),
                           "partitionFields": ["settlementDate"],
                           "availablePartitions": found})  # fmt: skip

    def published(self, first: str) -> Iterator[tuple[dt.date, str, int, int]]:
        """Yield day, symbol, shares short and average volume of settlement days that are out.

        ``first``: ``YYYY-MM-DD``, the first of them. As another vendor hands them on, under the
        symbols of each day.
        """
        for number, day in self._published():
            if str(day) >= first:
                for _, name, short, volume in self._of_day(number, str(day)):
                    yield day, name, short, volume

    def _rows_of_a_day(self, call: Call) -> HttpResponse:
        if call.method != "POST":
            raise WireError(405, {"message": "use POST"})
        asked = _asked(call.body)
        offset, limit = int(asked.get("offset", 0)), int(asked.get("limit", 1_000))
        if limit > MOST:
            raise WireError(400, {"message": f"limit is at most {MOST}"})
        days = {str(day): number for number, day in self._published()}
        wanted = [
            one["fieldValue"]
            for one in asked.get("compareFilters", ())
            if (one["fieldName"], one["compareType"]) == ("settlementDate", "equal")
        ]
        rows = [row for day in wanted if day in days for row in self._rows(days[day], day)]
        page, fields = rows[offset : offset + limit], asked.get("fields")
        if not page:
            return HttpResponse(204, {"record-total": str(len(rows))}, b"")
        if fields:
            page = [{name: row.get(name) for name in fields} for row in page]
        return json_reply(page, headers={"record-total": str(len(rows))})

    def _published(self) -> list[tuple[int, dt.date]]:
        """Settlement days whose numbers are out by now."""
        world = self._world
        first = dt.date.fromisoformat(str(world.sessions[0]))
        found = settlements(first, dt.date.fromisoformat(str(world.today)))
        after = np.searchsorted(
            world.sessions, np.array([day for _, day in found], "datetime64[D]"), side="right"
        )
        done = world.now_position + (world.phase == "closed") - 1
        return [
            one for one, at in zip(found, after.tolist(), strict=True) if at + LATER - 1 <= done
        ]

    def _rows(self, number: int, day: str) -> list[dict[str, Any]]:
        said, profiles = self._world.descriptions, self._filers.profiles
        found = []
        for row, name, short, volume in self._of_day(number, day):
            found.append(
                {
                    "symbolCode": "".join(one for one in name if one.isalnum()),
                    "issueName": self._filers.name(profiles[row]),
                    "marketClassCode": CODES.get(said["exchange"][row] or "", "OTC"),
                    "currentShortPositionQuantity": short,
                    "previousShortPositionQuantity": 0,
                    "averageDailyVolumeQuantity": volume,
                    "daysToCoverQuantity": round(short / max(volume, 1), 2),
                    "changePreviousNumber": 0, "changePercent": 0.0, "revisionFlag": None,
                    "stockSplitFlag": None, "settlementDate": day,
                }
            )  # fmt: skip
        return sorted(found, key=lambda one: str(one["symbolCode"]))

    def _of_day(self, number: int, day: str) -> Iterator[tuple[int, str, int, int]]:
        world = self._world
        at = int(np.searchsorted(world.sessions, np.datetime64(day), side="right")) - 1
        names = world.symbols_on(at)
        for row in self._filers.profiles:
            if world.is_listed(row, at):
                held = self._filers.accounts.of(row, max((int(day[:4]) - 2009) * 4, 0)).shares
                held *= self._filers.shares_factor(row)(dt.date.fromisoformat(day))
                yield row, names[row], *self._shorts.of(row, number, held)

    @cached_property
    def _shorts(self) -> Shorts:
        return Shorts(self._world.seed, len(self._world.market))


def _asked(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise WireError(400, {"message": "the body is no JSON"}) from error
