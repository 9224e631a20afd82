"""Made-up filings of ten years as a table of facts, and by a plain loop who meets five terms.

Three quarterly reports a year with three months and the months so far, and one of the full year
alone, so that the fourth quarter is a difference. Every thirteenth company has filed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from technic.data_engine.interfaces.records import Splits
from technic.data_engine.providers.demo import LAST_SESSION, DemoProvider
from technic.facts.rows import fact_table
from technic.result.ledger import Ledger
from technic.typing import DateArray, FloatArray

__all__ = ["FACT_TERMS", "PRICE_TERMS", "MadeFilings", "different"]

FACT_TERMS = (
    "eps_growth_yoy > 25 and pe_ttm < 40 and roe_ttm > 10 and debt_to_equity < 2 "
    "and revenue_growth_yoy > 10"
)
PRICE_TERMS = (
    "close > sma(close, 50) and rsi(close, 14) < 65 and ema(close, 20) > ema(close, 100) "
    "and roc(close, 20) < 12 and volume < 1.1 * sma(volume, 50)"
)
YEARS = 12
NONE_FILED = 13
FLOWS = {"eps": "EarningsPerShareDiluted", "revenue": "Revenues", "net_income": "NetIncomeLoss"}
STOCKS = {
    "equity": "StockholdersEquity",
    "long_term_debt": "LongTermDebtNoncurrent",
    "short_term_debt": "DebtCurrent",
}
NOON = np.timedelta64(12, "h")
CLOSE_TO = 1e-9
"""Of a threshold: what is nearer to it may fall on either side."""


@dataclass(frozen=True, eq=False)
class MadeFilings:
    """Values are ``(n_quarters, n_symbols)``; earnings per share in the shares of the last day.

    ``start``, ``end``: of each quarter; ``filed``: the day of its report, of each symbol.
    """

    symbols: tuple[str, ...]
    splits: Splits
    start: DateArray
    end: DateArray
    filed: DateArray
    values: dict[str, FloatArray]

    @classmethod
    def of(cls, provider: DemoProvider) -> MadeFilings:
        """Return filings of the companies of a simulated market, up to its last session."""
        symbols = tuple(provider.market.securities.symbol)
        splits = provider.history(symbols, np.array([LAST_SESSION])).splits
        months = np.arange(f"{2027 - YEARS}-01", "2027-01", dtype="datetime64[M]")
        start = months[::3].astype("datetime64[D]")
        end = (months[::3] + 3).astype("datetime64[D]") - 1
        count, wide = len(start), len(symbols)
        rng = np.random.default_rng(4)
        steps = rng.normal(0.0, 0.06, (count, wide)) + rng.normal(0.03, 0.06, wide)
        revenue = np.round(1e8 * np.exp(np.cumsum(steps, axis=0)))
        margin = rng.uniform(0.03, 0.3, wide) * np.exp(rng.normal(0.0, 0.06, (count, wide)))
        income = np.round(revenue * margin)
        equity = np.round(income * rng.uniform(4.0, 60.0, wide))
        lag = np.arange(wide) % 40 + 20
        return cls(
            symbols,
            splits,
            start,
            end,
            (end[:, None] + lag).astype("datetime64[D]"),
            {
                "revenue": revenue,
                "net_income": income,
                "eps": income / (rng.uniform(1.0, 20.0, wide) * 1e6),
                "equity": equity,
                "long_term_debt": np.round(equity * rng.uniform(0.0, 2.0, wide)),
                "short_term_debt": np.round(equity * rng.uniform(0.0, 0.8, wide)),
            },
        )

    def table(self) -> pa.Table:
        """Return all numbers of all reports as a table of facts, earnings as filed."""
        parts = [self._rows(at, quarters) for at in range(len(self.end)) for quarters in (1, -1, 0)]
        merged = {name: np.concatenate([part[name] for part in parts if part]) for name in parts[0]}
        made = fact_table({**merged, "unit": None, "source": "made"})
        assert not made.dropped, made.dropped
        return made.table

    def _rows(self, at: int, quarters: int) -> dict[str, np.ndarray]:
        """Return rows of one quarter: its three months (1), the year so far (-1), or the day (0).

        The last quarter of a year has no three months of its own; the first one's are all so far.
        """
        place = at % 4
        if (quarters == 1 and place == 3) or (quarters == -1 and place == 0):
            return {}
        since = at - place if quarters < 0 else at
        filed = np.flatnonzero(np.arange(len(self.symbols)) % NONE_FILED)
        names, found = STOCKS if quarters == 0 else FLOWS, []
        for concept, tag in names.items():
            values = self.values[concept][since : at + 1, filed].sum(axis=0)
            if concept == "eps":
                values = values * self._later_splits(self.filed[at])[filed]
            count = len(filed)
            start = np.datetime64("NaT", "D") if quarters == 0 else self.start[since]
            found.append(
                {
                    "cik": filed + 1,
                    "symbol": np.array(self.symbols, object)[filed],
                    "concept": np.full(count, concept, object),
                    "period_start": np.full(count, start),
                    "period_end": np.full(count, self.end[at]),
                    "value": values,
                    "form": np.full(count, "10-K" if place == 3 else "10-Q", object),
                    "accn": np.array([f"{one + 1:010}-{at:02}-{1:06}" for one in filed], object),
                    "known_at": self.filed[at, filed].astype("datetime64[us]") + NOON,
                    "tag": np.full(count, f"us-gaap:{tag}", object),
                }
            )
        return {name: np.concatenate([one[name] for one in found]) for name in found[0]}

    def _later_splits(self, day: DateArray | np.datetime64) -> FloatArray:
        """Return into how many shares one of a day was split by the last day, of each symbol."""
        days = np.broadcast_to(day, len(self.symbols))
        place = {symbol: at for at, symbol in enumerate(self.symbols)}
        found = np.ones(len(self.symbols))
        rows = zip(self.splits.symbol, self.splits.session, self.splits.ratio, strict=True)
        for symbol, session, ratio in rows:
            if session > days[place[symbol]]:
                found[place[symbol]] *= ratio
        return found

    def meets(self, day: np.datetime64, closes: FloatArray) -> FloatArray:
        """Tell who meets ``FACT_TERMS`` on a day: 1, 0, NaN where that is not known or too close.

        ``closes``: as traded on the day, NaN where there is none.
        """
        shares = self._later_splits(day)
        found = np.full(len(self.symbols), np.nan)
        for at in range(len(self.symbols)):
            last = int(np.count_nonzero(self.filed[:, at] <= day)) - 1
            if at % NONE_FILED == 0 or last < 4 or np.isnan(closes[at]):
                continue
            own = {name: values[:, at] for name, values in self.values.items()}
            year = {name: own[name][last - 3 : last + 1].sum() for name in FLOWS}
            debt = own["long_term_debt"][last] + own["short_term_debt"][last]
            above = [
                100.0 * (own["eps"][last] / own["eps"][last - 4] - 1.0) - 25.0,
                40.0 - closes[at] / (year["eps"] * shares[at]),
                100.0 * year["net_income"] / own["equity"][last] - 10.0,
                2.0 - debt / own["equity"][last],
                100.0 * (own["revenue"][last] / own["revenue"][last - 4] - 1.0) - 10.0,
            ]
            if min(map(abs, above)) > CLOSE_TO:
                found[at] = min(above) > 0.0
        return found


def different(filings: MadeFilings, day: np.datetime64, closes: FloatArray, ledger: Ledger) -> int:
    """Count the symbols of a scan by ``FACT_TERMS`` whose outcome is not that of the loop.

    Those that never came to a condition are left out.
    """
    outcome = dict(zip(ledger.symbols, ledger.outcome, strict=True))
    wrong = 0
    for symbol, met, close in zip(filings.symbols, filings.meets(day, closes), closes, strict=True):
        said = outcome.get(symbol, "")
        if said != "kept" and not said.startswith("filter."):
            continue
        if np.isnan(met):
            unsure = np.isnan(close) or said == "filter.unknown"
            wrong += not unsure
        else:
            wrong += (said == "kept") != bool(met)
    return wrong
