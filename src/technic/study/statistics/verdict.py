"""The verdict in words: what a study says first."""

from __future__ import annotations

import math
from dataclasses import dataclass

from technic.errors import ParameterError
from technic.study.statistics.intervals import Interval
from technic.study.trials.luck import luck_bar
from technic.wording.counts import count_of

__all__ = ["FEWEST_EPISODES", "Verdict", "periods", "rating_verdict", "verdict"]

FEWEST_EPISODES = 30
FEWEST_HITS = 30
FEWEST_BLOCKS = 8.0

Verdict = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Unit:
    factor: float
    text: str


_UNITS = {"R": _Unit(1.0, " R"), "%": _Unit(100.0, " %")}


def verdict(
    found: Interval, *, episodes: int, horizon: int, trials: int, unit: str = "%", against: str = ""
) -> Verdict:
    """Return a short word for what a study found, and it in sentences.

    The word is ``too_few``, ``none``, ``luck`` (the interval excludes zero, but the best of so many
    ``trials`` on these data would by luck), ``better`` or ``worse``. ``unit``: ``%`` for returns
    that are parts of one, ``R`` for units of risk. ``against``: what the mean is in excess of.
    """
    if unit not in _UNITS:
        raise ParameterError("unit", unit, " or ".join(_UNITS))
    word = _word(found, episodes, trials)
    excess = f"in excess of {against} " if against else ""
    over = f"{excess}over {count_of(horizon, 'session')}"
    scale = _UNITS[unit]

    def number(value: float) -> str:
        return f"{value * scale.factor:+.2f}{scale.text}"

    held = (
        f"{count_of(found.hits, 'hit')} on {count_of(found.days, 'day')} in"
        f" {count_of(episodes, 'independent episode')}"
    )
    if word == "too_few":
        return word, (
            f"Too few to say: {held}, worth {periods(found.blocks)} separate periods, where it"
            f" takes {FEWEST_EPISODES} episodes and {FEWEST_BLOCKS:g} periods."
        )
    percent = _percent(found)
    measured = (
        f"{number(found.mean)} {over}, {percent} interval {number(found.low)} to"
        f" {number(found.high)} ({held})."
    )
    seen = f"An effect under {abs(found.detectable) * scale.factor:.2f}{scale.text}"
    rare, tried = _rare(found), _tried(trials)
    ending = {
        "none": f"No effect that can be told from none: {measured} {seen} would have been missed"
        " more than one time in five.",
        "luck": f"No more than luck: {measured} {rare}: within the {tried}.",
        "better": f"Better: {measured} {rare}: above the {tried}.",
        "worse": f"Worse: {measured} {rare}: beyond the {tried}.",
    }
    return word, ending[word]


SUSPICIOUS = 0.06
"""A rank correlation that no rating keeps up over weeks."""


def rating_verdict(
    ic: Interval, spread: Interval, *, symbols: float, horizon: int, trials: int
) -> Verdict:
    """Return a short word for what a rating was worth, and it in sentences.

    The words are those of `verdict`, about ``ic``, the mean rank correlation of a session's ratings
    with what followed. ``spread``: highest less lowest decile, as a part of one; ``symbols``: of a
    session, on average.
    """
    word = _word(ic, FEWEST_EPISODES, trials)
    few = count_of(ic.days, "session")
    if ic.days:
        few += f" of {count_of(round(symbols), 'symbol')}"
    if word == "too_few":
        return word, (
            f"Too few to say: {few}, worth {periods(ic.blocks)} separate periods, where it takes"
            f" {count_of(FEWEST_HITS, 'session')} and {FEWEST_BLOCKS:g} periods."
        )
    side = "more" if spread.mean >= 0 else "less"
    measured = (
        f"rank correlation {ic.mean:+.3f} with what came over {count_of(horizon, 'session')},"
        f" {_percent(ic)} interval {ic.low:+.3f} to {ic.high:+.3f} ({few},"
        f" {count_of(round(ic.blocks), 'separate period')}); the highest decile made"
        f" {abs(spread.mean) * 100:.2f} % {side} than the lowest"
        f" ({spread.low * 100:+.2f} to {spread.high * 100:+.2f} %)."
    )
    rare, tried = _rare(ic), _tried(trials)
    high = f" More than {SUSPICIOUS:g} is a reason to look for a mistake."
    ending = {
        "none": f"Nothing that can be told from nothing: {measured} A correlation under"
        f" {ic.detectable:.3f} would have been missed more than one time in five.",
        "luck": f"No more than luck: {measured} {rare}: within the {tried}.",
        "better": f"Those it rates high did better: {measured} {rare}: above the {tried}.",
        "worse": f"Those it rates high did worse: {measured} {rare}: beyond the {tried}.",
    }
    return word, ending[word] + (high if abs(ic.mean) > SUSPICIOUS and word != "none" else "")


def periods(blocks: float) -> str:
    """Write how many separate periods there are, rounded down: too few must look so."""
    return f"{math.floor(blocks * 10) / 10:.1f}" if math.isfinite(blocks) else "0.0"


def _percent(found: Interval) -> str:
    return f"{found.confidence * 100:g} %"


def _rare(found: Interval) -> str:
    """Say how far from zero a mean is."""
    few = count_of(round(found.blocks), "separate period")
    return f"t {found.t:.1f} of {few}, as rare as {found.normal_t:.1f} of many"


def _tried(trials: int) -> str:
    """Say what luck alone reaches."""
    tried = count_of(trials, "trial")
    return f"{luck_bar(trials):.1f} that luck alone reaches in {tried} on these data"


def _word(found: Interval, episodes: int, trials: int) -> str:
    few = episodes < FEWEST_EPISODES or found.hits < FEWEST_HITS or found.blocks < FEWEST_BLOCKS
    if few or math.isnan(found.low):
        return "too_few"
    if not found.excludes_zero:
        return "none"
    if abs(found.normal_t) < luck_bar(trials):
        return "luck"
    return "better" if found.mean > 0 else "worse"
