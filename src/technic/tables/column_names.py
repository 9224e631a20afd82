"""What the columns of files are called: one table for prices, universe, watchlist and benchmark.

Names are compared without case, accents, blanks, punctuation, a leading number (``1. open``) and
the currency (``Close (USD)``).
Spellings stand best first: those of vendors, then those of other languages' exports.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["BENCHMARK", "KNOWN", "PRICES", "SYMBOL", "TWO_LEVEL", "UNIVERSE", "plain_name"]

SYMBOL = ("symbol", "ticker", "tickersymbol", "cqssymbol", "actsymbol", "nasdaqsymbol", "sym",
          "symbole", "simbolo", "kurzel", "tickerlocal", "code", "securitycode", "instrument",
          "tic", "символ", "тикер", "代码", "股票代码", "銘柄コード", "コード",
          "종목코드", "종목", "ativo", "papel", "symbool", "tscode", "stocksymbol",
          "stockticker", "stockcode", "holdingticker",
          "issuerticker", "emittententicker", "stock")  # fmt: skip
DATE = ("date", "datetime", "timestamp", "beginsat", "tsevent", "session", "tradingday",
        "tradedate", "tradingdate", "pricedate", "observationdate", "effectivedate", "valuedate",
        "exchangedate", "quotedate", "businessdate", "formatteddate", "dates", "gmttime",
        "localtime", "utctime",
        "day", "dtyyyymmdd", "dateymd", "datadate", "time", "windowstart",
        "indexlevel0", "unnamed0", "datum", "fecha", "data", "jour", "dzien", "tarih", "pvm",
        "дата", "日期", "日付", "날짜", "ts", "dt", "t", "index")  # fmt: skip
UNITS = ("thousand", "thousands", "000s", "k", "million", "millions", "mil", "mill", "mln", "mio",
         "mm", "mn", "m", "musd", "billion", "billions", "bil", "bln", "bn", "b",
         "busd")  # fmt: skip
"""What follows the name of a market cap or volume that says in what it is counted."""
PRICES: dict[str, tuple[str, ...]] = {
    "symbol": (*SYMBOL, "name"),
    "date": DATE,
    "open": ("open", "openprice", "o", "openingprice", "pxopen", "tradeopen", "openprc",
             "eroffnung", "eroffnungskurs", "eroffn", "erster", "ouverture", "ouv", "apertura",
             "abertura", "opening", "otwarcie", "openen", "openingskoers", "oppning",
             "oppningskurs", "acilis", "откр",
             "открытие", "开盘", "开盘价", "始値", "시가"),
    "high": ("high", "highprice", "h", "highest", "pxhigh", "tradehigh", "askhi", "hoch",
             "hochst", "hochstkurs", "tageshoch", "haut", "plushaut", "maximo", "max", "massimo",
             "maxima", "hoog", "najwyzszy", "hogst", "hogstkurs", "yuksek", "макс", "максимум",
             "最高", "最高价", "高値", "고가"),
    "low": ("low", "lowprice", "l", "lowest", "pxlow", "tradelow", "bidlo", "tief", "tiefst",
            "tiefstkurs", "tagestief", "bas", "plusbas", "minimo", "min", "minima", "laag",
            "najnizszy", "lagst", "lagstkurs", "dusuk", "мин", "минимум",
            "最低", "最低价", "安値", "저가"),
    "close": ("close", "closeprice", "closelast", "closingprice", "last", "lastprice", "latest",
              "c", "pxlast", "tradeclose", "schluss", "schlusskurs", "zuletzt", "letzter",
              "cloture", "fermeture", "dernier", "cierre", "ultimo", "ult", "chiusura",
              "fechamento", "fecho", "slot", "slotkoers", "laatste", "zamkniecie", "stangning",
              "slutkurs", "senast", "simdi", "kapanis", "цена", "закрытие", "收盘", "收盘价",
              "終値", "종가", "prc", "closeclosepriceadjustedforsplits", "price"),
    "volume": ("volume", "vol", "v", "sharevolume", "sharestraded", "totalvolume", "pxvolume",
               "stucke", "stuecke", "volumen", "wolumen", "volym", "hacim", "hac", "объем",
               "成交量", "出来高", "거래량", "tottrdqty",
               *(f"{name}{unit}" for name in ("volume", "vol", "volumein") for unit in UNITS)),
    "tick_volume": ("tickvol", "tickvolume"),
    "adj_close": ("adjclose", "adjustedclose", "adjcloseprice", "adjustedcloseprice", "closeadj",
                  "closeadjusted", "adjclosing",
                  "adjcloseadjustedclosepriceadjustedforsplitsanddividendandorcapitalgain"
                  "distributions"),
}  # fmt: skip
MARKET_CAP = ("marketcap", "marketcapitalization", "marketcapitalisation", "mktcap", "marketcapusd",
              "marketcapbasic")  # fmt: skip
UNIVERSE: dict[str, tuple[str, ...]] = {
    "symbol": SYMBOL,
    "company": ("company", "companyname", "name", "securityname", "security", "issuename",
                "shortname", "longname", "description"),
    "exchange": ("exchange", "primaryexchange", "listingexchange", "exchangeshortname", "exch",
                 "mic", "borse"),
    "nasdaq_symbol": ("nasdaqsymbol",),
    "sector": ("sector", "gicssector", "sectorname", "sektor"),
    "industry": ("industry", "gicssubindustry", "gicsindustry", "industryname"),
    "country": ("country", "countryname", "domicile", "location", "standort", "land"),
    "market_cap": tuple(dict.fromkeys((*MARKET_CAP, "marketcapintraday", *(
        f"{name}{middle}{unit}{end}"
        for name in MARKET_CAP[:4] for middle in ("", "in", "usd", "inusd") for unit in UNITS
        for end in ("", "usd")
    )))),
    "type": ("type", "securitytype", "assettype", "assetclass", "issuetype", "instrumenttype",
             "quotetype", "anlageklasse"),
    "status": ("status", "listingstatus", "active", "isactive", "isactivelytrading"),
    "is_delisted": ("isdelisted",),
    "delisted_on": ("delistingdate", "delisteddate", "delistedon", "delistedutc", "delisted"),
    "listed_on": ("listedon", "listingdate", "listdate", "datelisted", "ipodate", "firsttradedate",
                  "firsttradingday", "firstpricedate"),
    "first_seen": ("firstseen",),
    "last_seen": ("lastseen",),
    "is_test": ("testissue",),
    "is_etf": ("etf", "isetf"),
    "market_category": ("marketcategory",),
    "as_of": ("asof", "asofdate", "date"),
}  # fmt: skip
BENCHMARK: dict[str, tuple[str, ...]] = {
    "date": DATE,
    "close": (*PRICES["close"][:1], "adjclose", *PRICES["close"][1:], "value", "level"),
    "symbol": SYMBOL,
}
TWO_LEVEL = {
    spelling: field
    for field in ("open", "high", "low", "close", "volume", "adj_close")
    for spelling in PRICES[field][:3]
    if len(spelling) > 1
}
"""The field of a column with two names, of which one is a symbol."""
KNOWN = frozenset(
    spelling
    for table in (PRICES, UNIVERSE, BENCHMARK)
    for spellings in table.values()
    for spelling in spellings
)
_ACCENTS = frozenset(map(chr, range(0x300, 0x370)))
_NUMBERED = re.compile(r"\s*\d+[a-z]?[.)]\s*(?=\D)")
_COUNTED_IN = re.compile(r"\s*[(\[]\s*(?:us ?\$|\$|usd|in usd|shares?|utc|gmt|et|est)\s*[)\]]\s*")
"""What says no more than what everybody would think."""


@lru_cache(maxsize=1 << 12)
def plain_name(name: str) -> str:
    """Return a column's name without what is not compared."""
    bare = _COUNTED_IN.sub("", _NUMBERED.sub("", name.casefold(), count=1))
    if not bare.isascii():
        letters = unicodedata.normalize("NFKD", bare)
        bare = "".join(letter for letter in letters if letter not in _ACCENTS)
        bare = unicodedata.normalize("NFC", bare)
    return "".join(letter for letter in bare if letter.isalnum())
