"""Several setups at once: which of them are better than none when the best of many is picked."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from threading import Thread

import numpy as np

from technic.errors import MissingExtraError
from technic.study.statistics.day_sums import DaySums
from technic.study.statistics.intervals import block_length

__all__ = ["Comparison", "compare_all", "import_beside", "require_arch"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``better``: the names that StepM tells apart from zero, with the error rate over all of them.

    ``p_value``: of Hansen's SPA, how often the best of so many would look as good if none were.
    ``left_out``: names with too few days to take part.
    """

    better: tuple[str, ...]
    p_value: float
    block: float
    left_out: tuple[str, ...]


def compare_all(
    setups: Mapping[str, DaySums],
    horizon: int,
    *,
    size: float = 0.05,
    resamples: int = 1000,
    seed: int = 0,
    least_days: int = 20,
) -> Comparison:
    """Compare the means over hits of all setups with zero, as one family.

    A setup is a series of what each session adds to its mean; sessions without a hit add nothing.
    The same sessions are resampled for all, so what fires together counts as together.
    """
    names = [name for name, sums in setups.items() if sums.days >= least_days]
    left_out = tuple(name for name in setups if name not in names)
    if not names:
        return Comparison((), float("nan"), float("nan"), left_out)
    require_arch()
    from arch.bootstrap import SPA, StepM

    gains = np.column_stack([setups[name].contributions for name in names])
    block = max(block_length(setups[name].influence, horizon) for name in names)
    none = np.zeros(len(gains))
    spa = SPA(none, -gains, block_size=round(block), reps=resamples, seed=seed)
    spa.compute()
    step = StepM(none, -gains, size=size, block_size=round(block), reps=resamples, seed=seed)
    step.compute()
    found = set(step.superior_models)
    better = tuple(name for at, name in enumerate(names) if at in found)
    return Comparison(better, float(spa.pvalues["consistent"]), block, left_out)


def require_arch() -> None:
    """Raise MissingExtraError unless families can be compared: before, not after hours of work.

    It is looked for, not imported, which takes longer than importing pandas.
    """
    if find_spec("arch") is None:
        raise MissingExtraError("the statistics of a study", "arch", "study")


def import_beside() -> None:
    """Import what compares families while the days are scanned: it takes seconds by itself."""
    Thread(target=_imported, daemon=True).start()


def _imported() -> None:
    with suppress(ImportError):  # whoever needs it imports it again, and says what is wrong
        import_module("arch.bootstrap")
