"""Where a universe went: ribbons from all symbols to each outcome of the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from technic.charts.drawing import Drawing, Table, foot, foot_height, path, rect, text
from technic.charts.provenance import Provenance
from technic.charts.text import clean, number, shortened
from technic.errors import ParameterError
from technic.wording.counts import count_of

__all__ = ["flow"]

EDGE, NODE = 12, 10
LEAST = 20
"""Height of an outcome's place: its label fits, however few its symbols are."""
HEIGHT = 300
"""Of all symbols together."""
SIZE = 12
_COLOURS = {
    "kept": "good",
    "prescreen": "edge",
    "fetch": "second",
    "error": "bad",
    "gate": "third",
    "filter": "first",
}


@dataclass(frozen=True, slots=True)
class _Band:
    """Symbols on their way: the stage, how many, where they leave and where they arrive."""

    outcome: str
    count: int
    start: float
    end: float
    high: float

    @property
    def stage(self) -> str:
        return self.outcome.partition(".")[0]

    @property
    def colour(self) -> str:
        return _COLOURS.get(self.stage, "muted")


def flow(counts: Mapping[str, int], provenance: Provenance, *, width: int = 960) -> Drawing:
    """Draw what became of the universe; ``counts``: symbols by outcome, as the ledger has them.

    ParameterError where there is no symbol, or a count below 0.
    """
    total = sum(counts.values())
    if any(count < 0 for count in counts.values()) or total < 1:
        raise ParameterError("counts", dict(counts), "how many symbols, at least one in all")
    bands = _bands({name: count for name, count in counts.items() if count})
    end = max(band.end + max(band.high, LEAST) for band in bands)
    left, right = EDGE, width - EDGE - (250 if width >= 600 else 190)
    body = [
        text(EDGE, 22, count_of(total, "symbol"), "large bold"),
        rect(left, 40, NODE, HEIGHT, "f-ink"),
    ]
    for band in bands:
        body += _ribbon(band, left + NODE, right, total, width)
    y = max(end, 40 + HEIGHT) + 10
    body += foot(provenance, width, y)
    shares = ", ".join(f"{clean(name)} {count:,}" for name, count in counts.items())
    return Drawing(
        f"Where {count_of(total, 'symbol')} went",
        f"Of {count_of(total, 'symbol')}: {shares}. {provenance}.",
        width,
        int(y) + foot_height(provenance, width),
        tuple(body),
        Table(
            ("outcome", "symbols", "share %"),
            tuple((name, f"{n:,}", f"{100 * n / total:.2f}") for name, n in counts.items()),
        ),
    )


def _bands(counts: Mapping[str, int]) -> list[_Band]:
    total = sum(counts.values())
    start, end, bands = 40.0, 40.0, []
    for outcome, count in counts.items():
        high = HEIGHT * count / total
        bands.append(_Band(outcome, count, start, end, high))
        start += high
        end += max(high, LEAST) + 4
    return bands


def _ribbon(band: _Band, left: float, right: float, total: int, wide: float) -> Iterator[str]:
    middle = (left + right) / 2
    target = band.end + max(LEAST - band.high, 0) / 2
    a, b, high = number(band.start), number(target), max(band.high, 0.5)
    c, d = number(band.start + high), number(target + high)
    x, m, r = number(left), number(middle), number(right)
    steps = f"M{x} {a}C{m} {a} {m} {b} {r} {b}V{d}C{m} {d} {m} {c} {x} {c}z"
    yield path(steps, f"half f-{band.colour}")
    share = 100.0 * band.count / total
    tip = f"{band.outcome}: {count_of(band.count, 'symbol')}, {share:.2f} %"
    yield rect(right, target, NODE, max(band.high, 1.0), f"f-{band.colour}", tip=tip)
    y = target + high / 2 + 4
    begin = right + NODE + 8
    numbers = f"{band.count:,}"
    yield text(wide - EDGE, y, numbers, "bold end")
    name = shortened(band.outcome.replace("_", " "), SIZE, wide - EDGE - begin - 50)
    yield text(begin, y, name, "bold" if band.stage == "kept" else "")
