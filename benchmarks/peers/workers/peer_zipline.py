"""zipline-reloaded's Pipeline: its built-in factors, for one day.

A pipeline computes day by day, so one day is what it is asked for, and Technic's last row is what
that stands beside. Its RSI takes plain means, its exponential mean sees a window only.
"""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
import pandas as pd
from measure import FIELDS, Report, arguments, best_of, read_bars
from sqlalchemy import create_engine
from zipline.assets import AssetDBWriter, AssetFinder
from zipline.pipeline import Pipeline
from zipline.pipeline.data import USEquityPricing
from zipline.pipeline.domain import US_EQUITIES
from zipline.pipeline.engine import SimplePipelineEngine
from zipline.pipeline.factors import (
    RSI,
    BollingerBands,
    ExponentialWeightedMovingAverage,
    FastStochasticOscillator,
    RateOfChangePercentage,
    SimpleMovingAverage,
)
from zipline.pipeline.loaders.frame import DataFrameLoader


def pipeline() -> Pipeline:
    """Return the factors that Pipeline has of the set."""
    close = [USEquityPricing.close]
    bands = BollingerBands(window_length=20, k=2)
    return Pipeline(
        {
            "sma_50": SimpleMovingAverage(inputs=close, window_length=50),
            "sma_200": SimpleMovingAverage(inputs=close, window_length=200),
            "ema_20": ExponentialWeightedMovingAverage.from_span(close, 250, span=20),
            "ema_50": ExponentialWeightedMovingAverage.from_span(close, 250, span=50),
            "rsi_14": RSI(window_length=15),
            "bb_upper": bands.upper,
            "bb_middle": bands.middle,
            "bb_lower": bands.lower,
            "willr_14": FastStochasticOscillator(window_length=14) - 100.0,
            "roc_10": RateOfChangePercentage(inputs=close, window_length=11),
        },
        domain=US_EQUITIES,
    )


def engine_of(bars: dict[str, np.ndarray]) -> tuple[SimplePipelineEngine, pd.Timestamp]:
    """Return an engine over the bars, and their last session; this loader shifts nothing."""
    n_bars, n_symbols = bars["close"].shape
    sessions = US_EQUITIES.sessions()
    sessions = sessions[sessions <= "2024-03-08"][-n_bars:]
    database = create_engine("sqlite://")
    equities = pd.DataFrame(
        {
            "symbol": [f"S{i:05d}" for i in range(n_symbols)],
            "start_date": sessions[0],
            "end_date": sessions[-1],
            "exchange": "TEST",
        },
        index=np.arange(n_symbols),
    )
    exchanges = pd.DataFrame({"exchange": ["TEST"], "country_code": ["US"]})
    AssetDBWriter(database).write(equities=equities, exchanges=exchanges)
    loaders = {
        getattr(USEquityPricing, name): DataFrameLoader(
            getattr(USEquityPricing, name),
            pd.DataFrame(bars[name], index=sessions, columns=np.arange(n_symbols)),
        )
        for name in FIELDS
    }
    finder = AssetFinder(database)
    engine = SimplePipelineEngine(lambda column: loaders[column], finder)
    return engine, sessions[-1]


def main() -> None:
    """Time one day of the whole market."""
    args = arguments()
    engine, day = engine_of(read_bars(args.folder))
    asked = pipeline()
    engine.run_pipeline(asked, day, day)
    timing, found = best_of(args.rounds, lambda: engine.run_pipeline(asked, day, day))
    values = {name: found[name].to_numpy()[None, :] for name in found.columns}
    report = Report({name: version(name) for name in ("zipline-reloaded", "pandas", "numpy")})
    report.timings["last row"] = timing
    report.save(args.folder, args.label, values)


if __name__ == "__main__":
    main()
