"""Made-up names for made-up symbols; no listed company is called like this."""

from __future__ import annotations

import numpy as np

from technic.marketsim.random_streams import uniform
from technic.marketsim.sectors import INDUSTRIES, KINDS, SECTORS
from technic.marketsim.securities import COUNTRIES, EXCHANGES, Securities
from technic.typing import FloatArray

__all__ = ["company_names", "describe"]

VOWELS = ("a", "e", "i", "o", "u")
ENDINGS = ("", "a", "is", "on", "ex", "um", "ia", "or", "ent", "ara")
FORMS = ("Inc.", "Corp.", "Holdings Inc.", "Group Inc.", "Ltd.", "Technologies Inc.", "Co.", "plc")
PLAIN_FORMS = ("Inc.", "Corp.", "Holdings Inc.", "Group Inc.", "Ltd.", "Partners Inc.")

WITHOUT_SECTOR = ("etf", "closed_end_fund", "test_issue")
TEMPLATES = {
    "common": "{company} Common Stock",
    "adr": "{company} American Depositary Shares",
    "etf": "{word} {sector} ETF",
    "closed_end_fund": "{word} Income Fund",
    "preferred": "{company} {rate} Series A Preferred Stock",
    "warrant": "{company} Warrant",
    "unit": "{company} Unit",
    "right": "{company} Right",
    "note": "{company} {rate} Senior Notes due 2034",
    "test_issue": "Simulated Test Issue {root}",
}
"""Name of a security by kind."""


def describe(seed: int, securities: Securities) -> dict[str, list[str | None]]:
    """Metadata of each symbol: company, exchange, sector, industry, country, type."""
    kinds = [KINDS[code].name for code in securities.kind]
    trades = [INDUSTRIES[code] for code in securities.industry]
    bare = [kind in WITHOUT_SECTOR for kind in kinds]
    sectors = [SECTORS[number].name for number, _, _ in trades]
    industries = [name for _, name, _ in trades]
    return {
        "company": list(company_names(seed, securities)),
        "exchange": [EXCHANGES[code] for code in securities.exchange],
        "sector": [None if none else name for none, name in zip(bare, sectors, strict=True)],
        "industry": [None if none else name for none, name in zip(bare, industries, strict=True)],
        "country": [COUNTRIES[code] for code in securities.country],
        "type": list(kinds),
    }


def company_names(seed: int, securities: Securities) -> list[str]:
    """Return the name of each security, shaped after its symbol and its company's industry."""
    size = len(securities.symbol)
    draws = uniform(seed, "name", size, 4)
    names = []
    for at in range(size):
        parent, kind = int(securities.parent[at]), KINDS[securities.kind[at]].name
        sector, _, industry_word = INDUSTRIES[securities.industry[at]]
        root, pick = securities.symbol[parent][:4], draws[parent]
        word = _word(root, pick)
        forms = PLAIN_FORMS if industry_word == "Acquisition" else FORMS
        company = f"{word} {industry_word} {forms[int(pick[2] * len(forms))]}"
        fields = {
            "company": company,
            "word": word,
            "root": root,
            "sector": SECTORS[sector].name if securities.tilt[at] > 0.0 else "Total Market",
            "rate": f"{4.0 + np.floor(draws[at, 3] * 32) / 8:.3f}%",
        }
        template = TEMPLATES[kind]
        if kind == "common" and securities.symbol[at][4:] in (".A", ".B"):
            template = f"{{company}} Class {securities.symbol[at][-1]} Common Stock"
        names.append(template.format(**fields))
    return names


def _word(root: str, pick: FloatArray) -> str:
    """Make a root speakable, as in ``BQAR``, Biqaria."""
    vowel = VOWELS[int(pick[0] * len(VOWELS))]
    return (root[0] + vowel + root[1:] + ENDINGS[int(pick[1] * len(ENDINGS))]).capitalize()
