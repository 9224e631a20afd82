"""How well security types are told without flags: on a symbol directory that has flags.

    python -m benchmarks.security_types nasdaqtraded.txt [--half 0|1] [--show]

Reads ``nasdaqtraded.txt``, ``nasdaqlisted.txt`` or ``otherlisted.txt`` of Nasdaq Trader. What each
listing is comes from what the exchanges say: the flags for test issues and ETFs, the suffix of the
Nasdaq symbol (``+`` warrant, ``=`` unit, ``^`` right, ``-`` preferred), and for Nasdaq's listings
the first word for a security behind the name's last hyphen. Then it is derived four times: with the
flags; from symbol, name and exchange; from symbol and name; from symbol and exchange, as Tiingo's
list has them. A company is told wrongly where it is left out, anything else where it is kept.
``--half``: only the symbols whose checksum is even (0) or odd (1), so that rules are made on one
half and judged by the other; ``--show`` lists what was told wrongly.
"""

from __future__ import annotations

import argparse
import re
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from technic.universe import Universe, prescreen, security_types
from technic.universe.exchanges import exchange_name
from technic.universe.symbols import canonical

SUFFIX = {"+": "warrant", "=": "unit", "^": "right", "-": "preferred"}
WORDS = {
    "unit": r"\b(?:sub)?units?\b(?!.* (?:of beneficial|limited partner))",
    "warrant": r"\bwarrants?\b|\badw\b",
    "right": r"\brights?\b",
    "adr": r"\bamerican deposit",
    "preferred": r"\bpreferred\b|\bpreference\b|\bdepositary sh",
    "note": r"\bnotes?\b|\bdebentures?\b|\bbonds?\b",
}
OFF_NASDAQ = {
    "note": r"\b(?:notes|debentures|bonds)\b.*\b(?:due|20\d\d)\b|\betns?\b|traded notes|"
    r"strats|corts|subordinated (?:notes|debentures)$|backed tr",
    "unit": r"equity units$",
    "preferred": r"\bterm preferred\b|\bpreferred (?:stock|shares) ?(?:due|$)",
    "ETF": r"\betf$",
    "fund?": r"\bfund\b|\bmuni|\bclosed.end\b|\bterm trust\b|\bincome trust\b|"
    r"\b(?:abrdn|blackrock|eaton vance|franklin universal|gabelli|gamco|invesco|john hancock|mfs|"
    r"nuveen|pimco|putnam|royce|western asset)\b.*\b(?:trust|portfolio|beneficial)\b",
}
KINDS = ("company", "ETF", "test issue", "warrant", "unit", "right", "preferred", "note", "fund?")


def read(path: Path) -> pd.DataFrame:
    """Return symbol, name, exchange and what the directory says each listing is."""
    raw = pd.read_csv(path, sep="|", dtype=str, keep_default_na=False)
    raw = raw[~raw.iloc[:, 0].str.startswith("File Creation Time")]
    nasdaq = next(name for name in ("NASDAQ Symbol", "Symbol") if name in raw)
    exchange = next((raw[c] for c in ("Listing Exchange", "Exchange") if c in raw), None)
    table = pd.DataFrame({
        "spelt": raw[nasdaq],
        "symbol": [canonical(text, "nasdaq") for text in raw[nasdaq]],
        "company": [name.strip() for name in raw["Security Name"]],
        "exchange": "NASDAQ" if exchange is None else [exchange_name(code) for code in exchange],
    })  # fmt: skip
    flags = np.where(raw["ETF"] == "Y", "etf", "")
    table["type"] = np.where(raw["Test Issue"] == "Y", "test_issue", flags)
    table["truth"] = [_truth(row) for row in table.itertuples()]
    return table.drop_duplicates("symbol")


def _truth(row: object) -> str:
    if row.type:
        return "ETF" if row.type == "etf" else "test issue"
    name = row.company.lower()
    by_suffix = SUFFIX.get(re.sub(r"[A-Z0-9.]+", "", row.spelt)[:1])
    if by_suffix:
        is_note = by_suffix == "preferred" and re.search(WORDS["note"], name)
        return "note" if is_note else by_suffix
    described = name.rpartition(" - ")[2] if row.exchange == "NASDAQ" else ""
    hits = [(re.search(pattern, described), kind) for kind, pattern in WORDS.items()]
    first = min(((hit.start(), kind) for hit, kind in hits if hit), default=(0, ""))[1]
    if first:
        return "company" if first == "adr" else first
    said = (kind for kind, pattern in OFF_NASDAQ.items() if re.search(pattern, name))
    return next(said, "company")


def main() -> None:
    """Print what was told rightly, and with ``--show`` what was not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    table = read(args.directory)
    if args.half is not None:
        odd = [zlib.crc32(symbol.encode()) & 1 for symbol in table["symbol"]]
        table = table[np.array(odd) == args.half]
    table = table.reset_index(drop=True)
    sides = {
        "with flags": ["symbol", "company", "exchange", "type"],
        "names": ["symbol", "company", "exchange"],
        "no exchange": ["symbol", "company"],
        "symbols": ["symbol", "exchange"],
    }
    kept = {}
    for side, columns in sides.items():
        universe = Universe(table[columns], side)
        kept[side] = prescreen(universe).kept
        table[side] = security_types(universe).code
    print(f"{args.directory.name}: {len(table):,} listings"
          + (f", half {args.half}" if args.half is not None else ""))  # fmt: skip
    print(f"  {'':<12}{'listings':>9}  wrong:" + "".join(f"{side:>20}" for side in sides))
    for kind in KINDS:
        of_kind = (table["truth"] == kind).to_numpy()
        wrong = {s: of_kind & (~kept[s] if kind == "company" else kept[s]) for s in sides}
        count = int(of_kind.sum())
        numbers = [int(rows.sum()) for rows in wrong.values()]
        shares = "".join(f"{f'{n}  {100 * n / max(count, 1):6.2f} %':>20}" for n in numbers)
        print(f"  {kind:<12}{count:>9,}        {shares}")
        for side in ("with flags", "names") if args.show else ():
            for row in table[wrong[side]].to_dict("records"):
                print(f"      {side}: {row['symbol']:<8}{row[side]:<16}{row['company']}")
    print("fund?: names that may be those of closed-end funds; no flag says so")


if __name__ == "__main__":
    main()
