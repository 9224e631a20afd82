"""From watches to one scan: each watch is a setup of it, and what cannot be one is told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from technic.errors import TechnicError
from technic.scan.config import ScanConfig
from technic.scan.expressions.scan_expressions import scan_expressions
from technic.settings import Settings
from technic.setups import load_setups
from technic.setups.setup import Setup, SetupCondition
from technic.universe import Universe
from technic.watches.watch import Watch, version_of
from technic.watches.watch_table import KeptWatch

__all__ = [
    "CompiledWatch",
    "check_watch",
    "compiled",
    "grouped",
    "names_facts",
    "scan_of",
    "told_apart",
]


@dataclass(frozen=True, slots=True)
class CompiledWatch:
    """A watch whose conditions are known.

    ``owner``, ``leave_owner``: under which names a scan has them. ``setup``, ``leave``: what the
    scan is asked; ``leave`` is None where the condition's own opposite ends a match.
    """

    kept: KeptWatch
    version: str
    setup: Setup
    leave: Setup | None

    @property
    def watch(self) -> Watch:
        """The watch."""
        return self.kept.watch

    @property
    def owner(self) -> str:
        """The name of its conditions in a scan."""
        return self.setup.name

    @property
    def setups(self) -> tuple[Setup, ...]:
        """What the scan is asked for it."""
        return (self.setup,) if self.leave is None else (self.setup, self.leave)


def compiled(
    watches: Sequence[KeptWatch], settings: Settings, source: str
) -> tuple[list[CompiledWatch], list[tuple[KeptWatch, str]]]:
    """Return the watches with their conditions, and those that have none any more, with why."""
    found: list[CompiledWatch] = []
    broken: list[tuple[KeptWatch, str]] = []
    for number, one in enumerate(watches):
        try:
            asked = _setup_of(one.watch, settings)
        except TechnicError as error:
            broken.append((one, str(error)))
            continue
        version = version_of(one.watch, asked, source)
        # what a setup shows and how it ranks is nothing to a watch
        own = replace(asked, name=f"w{number}", columns=(), rank_by=None, limit=None)
        leave = None
        if one.watch.leave is not None:
            leave = replace(own, name=f"l{number}", conditions=_condition(one.watch.leave))
        found.append(CompiledWatch(one, version, own, leave))
    return found, broken


def grouped(watches: Sequence[CompiledWatch]) -> list[list[CompiledWatch]]:
    """Return the watches, those together that one scan can judge."""
    groups: dict[tuple[object, ...], list[CompiledWatch]] = {}
    for one in watches:
        setup = one.setup
        key = (setup.universe, setup.symbols, setup.watchlist, setup.prescreen, setup.plan)
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def scan_of(base: ScanConfig, watches: Sequence[CompiledWatch], session: str | None) -> ScanConfig:
    """Return the scan that judges watches on a session; None: the last complete one."""
    setups = tuple(setup for one in watches for setup in one.setups)
    return replace(base, setups=setups, as_of=session)


def told_apart(
    base: ScanConfig, watches: Sequence[CompiledWatch], listings: Callable[[], Universe]
) -> tuple[list[CompiledWatch], list[tuple[KeptWatch, str]]]:
    """Return the watches that can be scanned, and those that cannot, with why.

    ``listings``: the universe, which an expression may ask for a column it lacks.
    """
    sound, broken = [], []
    for one in watches:
        try:
            scan_expressions(scan_of(base, [one], None)).require_sources(listings())
        except TechnicError as error:
            reason = str(error).replace(f"setup {one.owner}, conditions.", "")
            broken.append((one.kept, reason.removeprefix("where: ")))
        else:
            sound.append(one)
    return sound, broken


def names_facts(watch: CompiledWatch, base: ScanConfig) -> bool:
    """Tell whether a watch asks for facts of companies, which may be missing where bars are not."""
    return bool(scan_expressions(scan_of(base, [watch], None)).facts)


def check_watch(watch: Watch, base: ScanConfig, settings: Settings) -> None:
    """Raise the error of a watch whose setup or expressions mean nothing, before it is kept."""
    asked = _setup_of(watch, settings)
    if watch.where is not None:
        scan_expressions(replace(base, where=watch.where))
    else:
        scan_expressions(replace(base, setups=(asked,)))
    if watch.leave is not None:
        parameters: Mapping[str, float] = asked.values
        if parameters:
            leave = replace(asked, name="leave", conditions=_condition(watch.leave), columns=())
            scan_expressions(replace(base, setups=(replace(leave, rank_by=None),)))
        else:
            scan_expressions(replace(base, where=watch.leave))


def _setup_of(watch: Watch, settings: Settings) -> Setup:
    if watch.where is not None:
        return Setup(
            name="watch",
            title=watch.name,
            meaning=watch.name,
            source="a watch",
            conditions=_condition(watch.where),
        )
    home = settings.home / "setups"
    (found,) = load_setups(str(watch.setup), folders=(home,) if home.is_dir() else ())
    return found.with_parameters(dict(watch.parameters))


def _condition(text: str) -> tuple[SetupCondition, ...]:
    return (SetupCondition(name="where", where=text),)
