"""Dates whose month has a name: only one reading is possible."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

__all__ = ["named_month_day"]

# English, German, French, Spanish, Italian, Portuguese, Dutch; no name means two months
_NAMES = (
    "jan january januar janvier janv enero ene gennaio gen janeiro januari",
    "feb february februar fevrier fevr fev febrero febbraio fevereiro februari",
    "mar march marz mrz maerz mars marzo marco maart mrt",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet juil julio luglio lug julho",
    "aug august aout agosto ago augustus",
    "sep sept september septembre septiembre setiembre settembre set setembro",
    "oct october okt oktober octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dez dezember decembre diciembre dic dicembre dezembro",
)
_MONTH = {name: month for month, names in enumerate(_NAMES, 1) for name in names.split()}
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"
_WORD = r"([^\W\d_]{3,10})\.?"
_TIME = r"(?:[ ,T]+\d{1,2}:\d{2}.*)?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th|\.)?"
_YEAR = r"(\d{4}|'?\d{2})"
_MONTH_FIRST = re.compile(rf"{_WEEKDAY}{_WORD}[\s/-]*{_DAY}[\s,/-]+{_YEAR}{_TIME}")
_DAY_FIRST = re.compile(
    rf"{_WEEKDAY}{_DAY}[\s/-]*(?:de\s+)?{_WORD}[\s,/-]*(?:de\s+)?{_YEAR}{_TIME}"
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})[\s/-]*{_WORD}[\s/-]*{_DAY}{_TIME}")


def named_month_day(text: str) -> dt.date | None:
    """Read ``Mar 08, 2024``, ``8-Mar-24``, ``08MAR2024``, ``2024-Mar-08``; None for others.

    Raises ValueError for a day that the month does not have.
    """
    if text.isascii():
        bare = text
    else:
        letters = unicodedata.normalize("NFKD", text)
        bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    if match := _MONTH_FIRST.fullmatch(bare):
        month, day, year = match.groups()
    elif match := _DAY_FIRST.fullmatch(bare):
        day, month, year = match.groups()
    elif match := _YEAR_FIRST.fullmatch(bare):
        year, month, day = match.groups()
    else:
        return None
    number = _MONTH.get(month.lower())
    if number is None:
        return None
    full = int(year.lstrip("'"))
    if full < 100:
        full += 2000 if full < 69 else 1900  # as strptime reads two digits
    return dt.date(full, number, int(day))
