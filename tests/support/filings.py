"""Short ways to write what SEC publishes: facts, filings, tables of a quarter."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

__all__ = ["CONCEPTS", "companyfacts", "concept_of", "data_set", "fact", "submissions"]

CONCEPTS = {
    ("us-gaap", "Revenues", "USD"): "revenue",
    ("us-gaap", "SalesRevenueNet", "USD"): "revenue",
    ("us-gaap", "EarningsPerShareDiluted", "USD/shares"): "eps",
    ("us-gaap", "Assets", "USD"): "total_assets",
    ("ifrs-full", "Revenue", "USD"): "revenue",
    ("dei", "EntityPublicFloat", "USD"): "public_float",
}


def concept_of(taxonomy: str, tag: str, unit: str) -> str | None:
    """A few tags, so that tests of formats do not depend on the list of concepts."""
    return CONCEPTS.get((taxonomy, tag, unit))


def fact(
    end: str, val: object, accn: str, filed: str, start: str | None = None, form: str = "10-Q",
    **more: object,
) -> dict[str, object]:  # fmt: skip
    """One fact as companyfacts has it; ``fy`` and ``fp`` are whatever the filing's were."""
    found = {"end": end, "val": val, "accn": accn, "fy": 2024, "fp": "Q1", "form": form,
             "filed": filed, **more}  # fmt: skip
    return found if start is None else {"start": start, **found}


def companyfacts(cik: object, **facts: list[dict[str, object]]) -> bytes:
    """A company's JSON; facts by ``taxonomy__Tag__unit``, ``USD_shares`` for USD/shares."""
    tree: dict[str, Any] = {}
    for name, entries in facts.items():
        taxonomy, tag, unit = name.split("__")
        tags = tree.setdefault(taxonomy.replace("_", "-"), {})
        one = tags.setdefault(tag, {"label": tag, "description": None, "units": {}})
        one["units"][unit.replace("_", "/")] = entries
    return json.dumps({"cik": cik, "entityName": "Acme", "facts": tree}).encode()


COLUMNS = ("accessionNumber", "filingDate", "reportDate", "acceptanceDateTime", "form", "items")


def submissions(
    cik: object, *filings: tuple[str, ...], pages: tuple[str, ...] = (), **more: object
) -> bytes:
    """A company's filings, each (number, filed, reported, accepted, form, items)."""
    return json.dumps(
        {
            "cik": cik, "entityType": "operating", "sic": "5331", "name": "Acme",
            "tickers": ["ACME"], "exchanges": ["NYSE"], "fiscalYearEnd": "0131", **more,
            "filings": {
                "recent": columns(*filings),
                "files": [{"name": page, "filingCount": 1} for page in pages],
            },
        }
    ).encode()  # fmt: skip


def columns(*filings: tuple[str, ...]) -> dict[str, list[str]]:
    """Filings by column, as an older page has them at its top."""
    found = {name: [filing[at] for filing in filings] for at, name in enumerate(COLUMNS)}
    return {**found, "size": [1] * len(filings)}


SUB = ("adsh", "cik", "name", "sic", "form", "period", "fy", "fp", "filed", "accepted",
       "prevrpt", "detail", "instance")  # fmt: skip
NUM = ("adsh", "tag", "version", "ddate", "qtrs", "uom", "segments", "coreg", "value", "footnote")


def data_set(
    filings: list[dict[str, object]], numbers: list[dict[str, object]], num: bytes = b""
) -> bytes:
    """A quarter's zip; columns that a row lacks are empty. ``num``: that table, as it is."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, header, rows in (("sub", SUB, filings), ("num", NUM, numbers)):
            lines = ["\t".join(header)]
            lines += ["\t".join(str(row.get(column, "")) for column in header) for row in rows]
            text = "\n".join(lines).encode() + b"\n"
            archive.writestr(f"{name}.txt", num if num and name == "num" else text)
        archive.writestr("readme.htm", "<html></html>")
    return packed.getvalue()
