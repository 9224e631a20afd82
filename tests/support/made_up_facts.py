"""Made-up facts of the columns of a panel, and a plain loop that looks them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from technic.facts.reader import FactSource, FactSteps
from technic.facts.terms import FactTerm
from technic.language import BASE, NameInfo
from technic.language.evaluation.panel_facts import FactSeries, PanelFacts, Reading
from technic.language.functions.without_kernel import FACT_FUNCTIONS
from technic.panel import BarPanel, LongBars
from technic.testing import make_bars
from technic.typing import FloatArray

FACTS = BASE.extended(
    {
        "eps": NameInfo("number", "bar", "Earnings a share.", unit="price", fact="reported"),
        "margin": NameInfo("number", "bar", "Margin.", unit="%", fact="reported"),
        "short_interest": NameInfo("number", "bar", "Short.", unit="shares", fact="known"),
        "days_ahead": NameInfo("number", "bar", "Until.", unit="sessions", fact="counted"),
        "pe": NameInfo(
            "number", "bar", "Price.", expression="close / eps", unit="ratio", fact="priced"
        ),
    },
    {one.name: one for one in FACT_FUNCTIONS},
)
"""Words of a scan that has facts."""
AXIS_FROM = 1_000
"""Where the first session of a panel is on the axis of the steps."""

Steps = list[list[tuple[int, float]]]
"""Of each column: the session, counted from the panel's first, and the value from there on."""


def holed_panel(n_symbols: int = 7, n_bars: int = 60, seed: int = 5) -> BarPanel:
    """Bars of which single ones are missing, of symbols that begin and end apart."""
    sessions = np.busday_offset("2024-03-08", np.arange(1 - n_bars, 1), roll="backward")
    bars = make_bars([f"S{i}" for i in range(n_symbols)], sessions, seed)
    rng = np.random.default_rng(seed)
    kept = rng.random(len(bars)) > 0.08
    at = np.searchsorted(sessions, bars.session)
    kept &= at >= (bars.column * 7) % 30
    kept &= at < n_bars - (bars.column % 3) * 4
    rows = bars.rows(np.flatnonzero(kept))
    return BarPanel.from_long(
        LongBars(
            bars.symbols,
            rows.column,
            rows.session,
            rows.open,
            rows.high,
            rows.low,
            rows.close,
            rows.volume,
        ),
        sessions,
    )


def random_steps(panel: BarPanel, seed: int) -> Steps:
    """Steps before, within and after the panel's sessions; some columns have none."""
    rng = np.random.default_rng(seed)
    found: Steps = []
    for column in range(panel.n_symbols):
        count = 0 if column % 4 == 3 else int(rng.integers(1, 9))
        begins = np.sort(rng.integers(-20, len(panel.sessions) + 3, count)).tolist()
        values = np.round(rng.normal(2.0, 3.0, count), 2)
        values[rng.random(count) < 0.2] = np.nan
        found.append(list(zip(begins, values.tolist(), strict=True)))
    return found


def facts_of(panel: BarPanel, steps: Mapping[str, Steps]) -> PanelFacts:
    """Lay the steps down as evaluation takes them."""
    axis = AXIS_FROM + np.arange(len(panel.sessions), dtype=np.int64)
    return PanelFacts(axis, {text: _series(own, reading_of(text)) for text, own in steps.items()})


def reading_of(text: str) -> Reading:
    """Return how a fact of this text is read: the steps of some count sessions."""
    if text.startswith("age") or text == "days_since_earnings":
        return "since"
    return "until" if text == "days_ahead" else "level"


def _series(steps: Steps, reading: Reading) -> FactSeries:
    flat = [one for column in steps for one in column]
    counted = 0 if reading == "level" else AXIS_FROM
    return FactSeries(
        np.array([AXIS_FROM + begin for begin, _ in flat], np.int64),
        np.array([counted + value for _, value in flat], np.float64),
        np.cumsum([0, *map(len, steps)]),
        reading,
    )


def looked_up(panel: BarPanel, steps: Steps, reading: Reading = "level") -> FloatArray:
    """Look each bar up in a plain loop, ``(n_bars, n_symbols)``."""
    out = np.full(panel.close.shape, np.nan)
    for column, own in enumerate(steps):
        for row in range(int(panel.length[column])):
            session = int(panel.session[row, column])
            for begin, value in own:
                if begin <= session:
                    left = value - session
                    counted = {
                        "level": value,
                        "since": session - value,
                        "until": left if left >= 0 else np.nan,
                    }
                    out[row, column] = counted[reading]
    return out


@dataclass(frozen=True)
class HandMadeFacts:
    """A reader of facts that are written down: text of a term → symbol → steps.

    A step: the first session on whose close it is known, the value, the day whose shares it counts
    in. ``asked`` notes each term and how many symbols it was asked of.
    """

    written: Mapping[str, Mapping[str, Sequence[tuple[str, float, str]]]]
    per_share: Mapping[str, int] = field(default_factory=dict)
    readings: Mapping[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)

    def steps(
        self, term: FactTerm, symbols: Sequence[str], since: np.datetime64 | None = None
    ) -> FactSteps:
        """Lay all steps of some symbols down, one symbol after the other, whatever `since` says."""
        del since
        self.asked.append((str(term), len(symbols)))
        own = [self.written.get(str(term), {}).get(symbol, ()) for symbol in symbols]
        flat = [step for steps in own for step in steps]
        days = np.array([day for day, _, _ in flat], "datetime64[D]")
        return FactSteps(
            known_from=days,
            value=np.array([value for _, value, _ in flat], np.float64),
            basis_day=np.array([basis or "NaT" for _, _, basis in flat], "datetime64[D]"),
            per_share=self.per_share.get(term.field, 0),
            offsets=np.cumsum([0, *map(len, own)]).astype(np.int64),
            period_end=days,
            source_row=np.arange(len(flat), dtype=np.int64),
            reading=self.readings.get(str(term), "level"),
        )

    def provenance(self, term: FactTerm, symbol: str, day: np.datetime64) -> FactSource | None:
        """Return the step that holds on a day, without filings."""
        known = [
            step for step in self.written.get(str(term), {}).get(symbol, ())
            if np.datetime64(step[0]) <= day
        ]  # fmt: skip
        if not known:
            return None
        begins = np.datetime64(known[-1][0])
        age = int(np.busday_count(begins, day))
        return FactSource(term.field, known[-1][1], "USD", begins, begins, age, "written down", ())
