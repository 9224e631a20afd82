"""Facts of the made-up market's companies, written down by hand."""

from __future__ import annotations

from support.made_up_facts import HandMadeFacts
from support.made_up_market import SYMBOLS

EPS = {
    "BN": [("2022-10-10", 8.0, "2022-10-07"), ("2023-10-20", 3.0, "2023-10-18")],
    "DK": [("2023-11-06", 0.5, "2023-11-03")],
    "AK": [("2023-03-01", 2.0, "2023-02-28"), ("2024-02-15", -1.0, "2024-02-14")],
    "AM": [("2023-03-01", 4.0, "2023-02-28"), ("2024-02-20", float("nan"), "2024-02-19")],
}
"""Earnings a share of twelve months, in the shares of the day of filing."""
GROWTH = {
    symbol: [("2023-05-02", 10.0 * at - 60.0, ""), ("2024-02-09", 5.0 * at - 20.0, "")]
    for at, symbol in enumerate(SYMBOLS)
    if at % 5 != 3
}
"""Growth in percent; every fifth symbol never said anything."""
SHARES = {
    symbol: [("2022-06-01", 1e6 * (at + 1), "2022-05-31"), ("2023-08-01", 2e6, "2023-07-31")]
    for at, symbol in enumerate(SYMBOLS)
    if at % 4
}


def company_facts() -> HandMadeFacts:
    """A reader of them."""
    quarters = {symbol: [("2023-05-02", 1.0, "2023-05-01")] for symbol in SYMBOLS[::2]}
    return HandMadeFacts(
        {
            "eps_ttm": EPS,
            "eps_growth_yoy": GROWTH,
            "fq(eps, 4)": quarters,
            "shares_outstanding": SHARES,
            "age(eps_growth_yoy)": {
                symbol: [
                    (day, float(at), "") for (day, _, _), at in zip(steps, (0, 1), strict=True)
                ]
                for symbol, steps in GROWTH.items()
            },
        },
        per_share={"eps_ttm": -1, "eps": -1, "shares_outstanding": 1},
    )
