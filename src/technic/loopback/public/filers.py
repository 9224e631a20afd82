"""The companies of the simulated market as offices know them by now: symbols and filings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property, lru_cache

from technic.loopback.world import World
from technic.marketsim.companies.accounts import Accounts
from technic.marketsim.companies.filings import Filing, filings_of
from technic.marketsim.companies.profiles import Profile, company_of, profiles
from technic.marketsim.companies.reports import Number, numbers_of

__all__ = ["Filers"]

YEARS_BEFORE = 2
"""Quarters that end so many years before the market's first session were reported, too."""
KEPT = 50_000


class Filers:
    """Who files in ``world``; everything is as of its day and hour."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._of = lru_cache(maxsize=KEPT)(self._filings)

    @cached_property
    def profiles(self) -> dict[int, Profile]:
        """Each company by its row."""
        return profiles(self._world.seed, self._world.market.securities)

    @cached_property
    def by_cik(self) -> dict[int, Profile]:
        """Each company by its number."""
        return {one.cik: one for one in self.profiles.values()}

    @cached_property
    def accounts(self) -> Accounts:
        """What all of them earn."""
        return Accounts(self._world.seed, self._world.market.securities)

    @cached_property
    def first(self) -> dt.date:
        """Quarters that end before it are in no filing of their own."""
        begin = dt.date.fromisoformat(str(self._world.sessions[0]))
        return begin.replace(day=1, year=begin.year - YEARS_BEFORE)

    @property
    def now(self) -> dt.datetime:
        """New York's clock."""
        return self._world.now.replace(tzinfo=None)

    def name(self, profile: Profile) -> str:
        """Name of a company, without what its security is called."""
        full = self._world.descriptions["company"][profile.row] or ""
        return full.partition(" Common Stock")[0].partition(" American Depositary")[0]

    def symbols(self, profile: Profile) -> list[str]:
        """Symbols of a company that are listed now, its shares first."""
        world, at = self._world, self._world.now_position
        names = world.symbols_on(at)
        return [names[row] for row in self._rows[profile.row] if world.is_listed(row, at)]

    def filings(self, profile: Profile) -> tuple[Filing, ...]:
        """What a company has filed by now, in the order of acceptance."""
        return self._of(profile.row, self.now)

    def numbers(self, profile: Profile, filing: Filing) -> list[Number]:
        """The facts of a filing."""
        return numbers_of(
            filing, profile, self.accounts, self.shares_factor(profile.row),
            self._restated_by(profile, filing.accepted),
        )  # fmt: skip

    def shares_factor(self, row: int) -> Callable[[dt.date], float]:
        """Shares on a day for one at the market's start."""
        world = self._world
        splits = [
            (dt.date.fromisoformat(str(world.sessions[split.position])), split.ratio)
            for split in world.actions.all_splits
            if split.row == row
        ]

        def factor(day: dt.date) -> float:
            shares = 1.0
            for session, ratio in splits:
                if session <= day:
                    shares *= ratio
            return shares

        return factor

    def _restated_by(self, profile: Profile, moment: dt.datetime) -> Callable[[int], bool]:
        when = {one.quarter.number: one.accepted for one in self.filings(profile) if one.restates}
        return lambda number: number in when and when[number] <= moment

    def _filings(self, row: int, now: dt.datetime) -> tuple[Filing, ...]:
        return filings_of(self.profiles[row], self.accounts, self.first, now)

    @cached_property
    def _rows(self) -> dict[int, list[int]]:
        rows: dict[int, list[int]] = {}
        for row, company in enumerate(company_of(self._world.market.securities)):
            if company is not None:
                rows.setdefault(company, []).append(row)
        return rows
