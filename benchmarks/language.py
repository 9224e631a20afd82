"""All expressions of the setups over 6,000 symbols, against the plain scan's columns.

    python -m benchmarks.language [--symbols 6000] [--bars 500] [--functions]

Prints what about a hundred typical expressions take together (values at one day), what the columns
of a scan take on the same bars, and their ratio. With ``--functions`` also what each function costs
alone, with its default periods.
"""

from __future__ import annotations

import argparse
from functools import partial

import numpy as np

from benchmarks.timing import in_turn, machine_line
from technic.columns import DEFAULT_COLUMNS, evaluate
from technic.columns.vocabulary import VOCABULARY as BASE
from technic.language import read
from technic.language.evaluation.evaluate import evaluate_day
from technic.language.functions import GROUPS
from technic.language.syntax.nodes import Node
from technic.panel import BarPanel
from technic.testing import make_bars

EXPRESSIONS = """
close > sma(close, 150) and close > sma(close, 200)
sma(close, 150) > sma(close, 200)
sma(close, 200) > sma(close, 200)[21]
sma(close, 50) > sma(close, 150) and sma(close, 50) > sma(close, 200)
close > sma(close, 50)
close >= 1.3 * lowest(low, 252)
close >= 0.75 * highest(high, 252)
100 * (close / highest(high, 252) - 1)
close > highest(high, 252)[1]
close > highest(high, 55)[1]
volume > 1.5 * sma(volume, 50)
volume > highest(where(close < close[1], volume, 0), 10)[1]
close > close[1] and volume > highest(volume, 10)[1]
close > ema(close, 10) and close > sma(close, 50)
high - low == lowest(high - low, 7)
high - low == lowest(high - low, 4)
high < high[1] and low > low[1]
bb_upper(close, 20, 2) < kc_upper(20, 10, 1.5) and bb_lower(close, 20, 2) > kc_lower(20, 10, 1.5)
(bb_upper(close, 20, 2) < kc_upper(20, 10, 1.5))[1]
change(linearreg(close, 20)) > 0
gap_pct() > 4 and close > open
rvol(20) > 2
close > sma(close, 200) and rsi(close, 2) < 10
rsi(close, 14) < 30
crosses_above(rsi(close, 14), 30)
abs(close - ema(close, 20)) < 0.5 * atr(14) and rising(sma(close, 50), 10)
abs(close - sma(close, 50)) < 0.5 * atr(14)
crosses_above(sma(close, 50), sma(close, 200))
crosses_below(sma(close, 50), sma(close, 200))
bars_since(crosses_above(sma(close, 50), sma(close, 200)), 20) < 10
ema(close, 8) > ema(close, 21) and ema(close, 21) > ema(close, 55)
macd_line(close, 12, 26, 9) > macd_signal(close, 12, 26, 9)
crosses_above(macd_line(close, 12, 26, 9), macd_signal(close, 12, 26, 9))
macd_histogram(close, 12, 26, 9) > macd_histogram(close, 12, 26, 9)[1]
adx(14) > 25 and plus_di(14) > minus_di(14)
rising(adx(14), 3)
stoch_k(14, 3, 3) < 20 and crosses_above(stoch_k(14, 3, 3), stoch_d(14, 3, 3))
stochrsi_k(close, 14, 14, 3, 3) > stochrsi_d(close, 14, 14, 3, 3)
cci(20) > 100
willr(14) < -80
mfi(14) < 20
ultosc(7, 14, 28) > 50
ao(5, 34) > 0
natr(14) < 3
sma(volume, 10) < 0.6 * sma(volume, 50)
volume == lowest(volume, 60)
count(close > close[1], 10) >= 7
count(volume < sma(volume, 50), 15) >= 10
always(close > ema(close, 20), 15)
ever(close > highest(high, 20)[1], 5)
value_when(volume > 3 * sma(volume, 50), high, 60) < close
stddev(close, 10) / sma(close, 10) < 0.02
realised_volatility(close, 20) < 0.7 * realised_volatility(close, 63)
obv() > sma(obv(), 20)
ad() > ema(ad(), 20)
roc(close, 63) > 20
roc(close, 126) > 30
pct_change(close, 21)
pct_change(close, 252)
highest(high, 20) / lowest(low, 20) < 1.1
linearreg_slope(close, 50) > 0
vwma(close, 20) > sma(close, 20)
hma(close, 20) > hma(close, 20)[1]
wma(close, 30)
close > ichimoku_lead1() and close > ichimoku_lead2()
ichimoku_conversion() > ichimoku_base()
donchian_high(20) - donchian_low(20) < 4 * atr(14)
weekly(close) > weekly(sma(close, 30))
weekly(sma(close, 30)) > weekly(sma(close, 30)[4])
weekly(rsi(close, 14)) > 50
weekly(highest(high, 52)) == weekly(high)
monthly(close) > monthly(sma(close, 10))
(close - low) / (high - low) > 0.7
min(open, close) - low > 2 * abs(close - open)
close[1] < open[1] and close > open[1] and open < close[1]
sum(where(close > close[1], volume, 0), 20) / sum(where(close < close[1], volume, 0), 20) > 1.5
bars_since(high == highest(high, 252), 252) < 30
close * sma(volume, 50) > 5000000
rising(ema(close, 20), 5)
falling(volume, 3)
trange() > 2 * atr(14)[1]
mean(typical_price(), 20)
var(close, 20)
midprice(20)
mom(close, 10) > 0
percent_from(close, sma(close, 200)) < 40
ema(rsi(close, 14), 9)
log(close / close[20])
sma(close, 20) > sma(close, 20)[5] and sma(close, 20)[5] > sma(close, 20)[10]
highest(close, 5) - lowest(close, 5) < 1.5 * atr(10)
close > open and volume > volume[1]
close > 10 and avg_dollar_volume_20 > 1000000
rsi_14 > 50 and close > sma_50
from_high_252_pct > -15
lowest(rsi(close, 14), 10) < 30
highest(macd_histogram(close, 12, 26, 9), 20) > 0
sma(close, 10) > sma(close, 30)
sqrt(var(close, 10)) < 1
stochf_k(5, 3) > 80
""".strip().splitlines()


def defaults(name: str) -> str:
    """A call of a function, with its default constants or 20."""
    function = BASE.functions[name]
    given = {"series": "close", "condition": "close > open", "number": "2", "bars": "20"}
    arguments = [
        given[p.takes] if p.default is None else str(p.default) for p in function.parameters
    ]
    return f"{name}({', '.join(arguments)})"


def main() -> None:
    """Time both sides in turn and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--bars", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--functions", action="store_true")
    args = parser.parse_args()
    sessions = np.busday_offset("2024-03-08", np.arange(1 - args.bars, 1), roll="backward")
    symbols = [f"X{i:04d}" for i in range(args.symbols)]
    panel = BarPanel.from_long(make_bars(symbols, sessions), sessions)
    rows = panel.rows_at(sessions[-1])
    nodes: list[Node] = [read(text, BASE).node for text in EXPRESSIONS]

    known = evaluate(panel, rows)
    works = [
        partial(evaluate_day, nodes, panel, rows, BASE, known=known),
        partial(evaluate, panel, rows),
    ]
    together, plain = in_turn(works, args.rounds)
    print(machine_line())
    print(f"{args.symbols:,} symbols x {args.bars} bars, best of {args.rounds}, processor time")
    print(f"{len(DEFAULT_COLUMNS)} columns of the scan: {1000 * plain:8.1f} ms")
    print(f"{len(nodes)} expressions:        {1000 * together:8.1f} ms")
    print(f"ratio: {together / plain:.2f}")
    if not args.functions:
        return
    for title, group in GROUPS.items():
        print(title)
        for function in group:
            if function.memory == "market":
                continue
            text = defaults(function.name)
            node = read(text, BASE).node
            (cost,) = in_turn([partial(evaluate_day, [node], panel, rows, BASE)], args.rounds)
            print(f"  {1000 * cost:8.2f} ms  {text}")


if __name__ == "__main__":
    main()
