"""What stays in sight, with what the study was made, and how its words are meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from technic.charts.text import escape
from technic.study.report.numbers import percent, plain
from technic.study.run import StudyResult
from technic.study.trials import luck_bar
from technic.wording.counts import count_of

__all__ = ["InSight", "glossary", "stamp"]

MOVED = 6
"""Values that depend on how much history there is and are named."""
MOST_CHARACTERS = 4_000
"""Of the command; all of it is in the ledger of trials and in the Parquet file."""


@dataclass(frozen=True, slots=True)
class InSight:
    """The line that stays in sight: ``parts`` of it, and whether the market is made up."""

    parts: tuple[str, ...]
    simulated: bool

    @classmethod
    def of(cls, result: StudyResult) -> InSight:
        """Return days, universe, trials and where the data come from."""
        trial = result.trial.record
        basis = result.price_basis.replace("_", " ")
        return cls(
            (
                f"{trial.entry.first} to {trial.entry.last}",
                count_of(len(result.hits.sessions), "session"),
                f"universe {count_of(len(result.hits.symbols), 'symbol')}",
                f"{count_of(trial.total, 'trial')} on these data",
                f"data: {trial.provider}",
                "price basis unknown" if basis == "unknown" else f"prices {basis}",
            ),
            result.simulated,
        )


def stamp(result: StudyResult) -> str:
    """Return with which data, code and rules the study was made, and the command."""
    trial, config = result.trial.record, result.config
    rules, entry = config.rules, result.trial.record.entry
    bar, sessions = luck_bar(trial.total), count_of(len(result.hits.sessions), "session")
    rows = [
        ("days scanned", f"{entry.first} to {entry.last}, {sessions}"),
        ("data", f"{trial.provider}, {trial.universe}; they end on {result.outcomes.sessions[-1]}"),
        ("data version", _version(entry.data)),
        ("prices", result.price_basis.replace("_", " ")),
        ("universe", count_of(len(result.hits.symbols), "symbol")),
        (
            "trials",
            f"study {trial.number:,} on these data: {count_of(entry.trials, 'trial')} now, "
            f"{trial.total:,} in all; the best of so many reaches t {plain(bar)} by luck alone",
        ),
        ("record", f"{trial.hash} (technic study --trials checks the chain)"),
        ("look-ahead", _checked(result)),
        (
            "judged",
            f"over {count_of(config.horizon, 'session')} from the next open, "
            f"{plain(config.confidence * 100, 0)} % intervals",
        ),
        (
            "plans",
            f"entries live {count_of(rules.life, 'session')}, trades last "
            f"{count_of(rules.hold, 'session')}, a delisting changes the last close by "
            f"{percent(rules.delisting_return, 0)} %",
        ),
        ("code", entry.code),
        ("made at", trial.at),
    ]
    lines = "".join(f"<dt>{escape(name)}<dd>{escape(said)}" for name, said in rows if said)
    command = f"<dt>command<dd><code>{_command(entry.command)}</code>" if entry.command else ""
    return f"<dl>{lines}{command}</dl>"


def _checked(result: StudyResult) -> str:
    """Say whether the past stays as it was; what is wrong stands among the warnings."""
    check = result.check
    if check is None:
        return (
            "not checked here: the same command with --check computes random days again, from data "
            "that end with them"
        )
    values, wrong = count_of(len(check.names), "value"), len(check.wrong)
    found = f"{count_of(wrong, 'change')}, warned of above" if wrong else "the past stays as it was"
    moved = [one.name for one in check.of("start")]
    text = (
        f"{values} of {', '.join(check.days)} computed again, from data that end with the day and "
        f"in another order of the symbols: {found}"
    )
    if not moved:
        return f"{text}; with a year more of history, too"
    more = f" and {len(moved) - MOVED:,} more" if len(moved) > MOVED else ""
    return (
        f"{text}; with a year more of history {', '.join(moved[:MOVED])}{more} move "
        "(technic study --check says by how much)"
    )


def _version(data: Mapping[str, Any]) -> str:
    return ", ".join(
        _plain(one) if name == "kind" else f"{name} {_plain(one)}" for name, one in data.items()
    )


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name} {_plain(one)}" for name, one in value.items())
    return "not known" if value is None else str(value)


def _command(text: str) -> str:
    """Return a command, cut where it is longer than anybody reads; a text alone is cut sooner."""
    words = " ".join(escape(word) for word in text[:MOST_CHARACTERS].split(" "))
    return f"{words}\u2026" if len(text) > MOST_CHARACTERS else words


_WORDS = (
    ("hit", "a symbol that met the setup on a day; bought at the next open at the earliest"),
    (
        "excess",
        "return less the mean return of all symbols ranked on that day, over the same sessions",
    ),
    (
        "interval",
        "where the true mean lies, nineteen times in twenty: days in blocks, for hits of one day "
        "move together and hits persist; drawn as a line, the mean as a diamond, filled where zero "
        "is outside",
    ),
    ("t", "the mean in standard errors; to be held against what luck reaches in so many trials"),
    (
        "deflated Sharpe ratio",
        "how probable it is that the mean excess over the next session, in its own standard "
        "deviations, is better than what the best of so many worthless trials reaches: 0.95 would "
        "be good",
    ),
    (
        "episode",
        "hits of a symbol whose windows do not overlap: twenty days in a row tell one story",
    ),
    (
        "could be seen",
        "the smallest effect that would have been found four times in five; smaller ones may be "
        "there all the same",
    ),
    (
        "R",
        "what a trade made in units of the money between its entry and its stop; \u22121 is a loss "
        "as planned",
    ),
    (
        "around the hit",
        "mean return in % from the close of the hit's day, before it up to that close with its "
        "sign turned, beside all symbols ranked on those days; where the band leaves the "
        "universe's line the difference is more than chance. Nobody could buy at that close: it "
        "shows when something happened",
    ),
    (
        "sum of R",
        "R of the plans added up by the session on which trades ended, one a symbol at a time, at "
        "four levels of costs + slippage",
    ),
    (
        "calendar",
        "the mean excess of the hits of a day, week, month or quarter: filled where they did "
        "better than the universe, a frame where worse",
    ),
    ("breaks even at", "costs of each purchase and each sale in basis points that leave nothing"),
)


def glossary() -> str:
    """Return how the words of the page are meant."""
    lines = "".join(f"<dt>{escape(name)}<dd>{escape(said)}" for name, said in _WORDS)
    return f"<dl>{lines}</dl>"
