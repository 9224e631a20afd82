"""One fault tried, and the table of many."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from technic.cli.entry import run
from technic.data_engine.store import BarStore

__all__ = ["Ran", "Trial", "call", "contents", "table", "unsound"]

EVER = (np.datetime64("1980-01-01"), np.datetime64("2030-01-01"))


@dataclass(frozen=True)
class Trial:
    """A fault of a class, by its name; ``problem``: what was not as promised, empty if all was."""

    kind: str
    name: str
    problem: str = ""


def table(trials: Iterable[Trial]) -> list[str]:
    """Return a Markdown table of classes, and a line for each trial that was lost."""
    counts: dict[str, list[int]] = {}
    lost = []
    for trial in trials:
        row = counts.setdefault(trial.kind, [0, 0])
        row[0] += 1
        if trial.problem:
            row[1] += 1
            lost.append(f"lost: {trial.kind}: {trial.name}: {trial.problem}")
    lines = ["| class of fault | tried | survived | lost |", "|---|---|---|---|"]
    lines += [f"| {kind} | {n} | {n - bad} | {bad} |" for kind, (n, bad) in counts.items()]
    return [*lines, *lost]


@dataclass(frozen=True)
class Ran:
    """What a command line did."""

    code: int
    out: str
    err: str

    def unlike_a_sentence(self) -> str:
        """Say what its errors have that no user should see, empty if nothing."""
        texts = f"{self.err}\n{self.out}"
        for bad in ("Traceback", "unexpected "):
            if bad in texts:
                return next(line for line in texts.splitlines() if bad in line)
        if self.code not in (0, 1, 2):
            return f"exit code {self.code}"
        if self.code and not self.err.strip():
            return f"exit code {self.code} without a sentence"
        shown = texts.replace("\n", "")
        return "" if shown.isprintable() else f"not printable: {shown!r}"[:200]


def call(*arguments: object) -> Ran:
    """Run one command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(one) for one in arguments])
    return Ran(code, out.getvalue(), err.getvalue())


def contents(store: BarStore) -> dict[str, str]:
    """Return a hash of each symbol's bars."""
    return store.content_hash(None, *EVER)


def unsound(store: BarStore) -> str:
    """Say what is wrong with a store: a byte, or an answer claimed that is not there."""
    return "; ".join(store.verify())[:300]
