"""Dates whose month has a name: only one reading is possible."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

__all__ = ["named_month_day"]

# English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Scandinavian, Turkish,
# Russian; no name means two months
_NAMES = (
    "jan january januar janvier janv enero ene gennaio gen janeiro januari "
    "stycznia styczen sty ocak oca января январь янв",
    "feb february februar fevrier fevr fev febrero febbraio fevereiro februari "
    "lutego luty lut subat sub февраля февраль февр фев",
    "mar march marz mrz maerz mars marzo marco maart mrt marca marzec marts mart марта март мар",
    "apr april avril avr abril abr aprile kwietnia kwiecien kwi nisan nis апреля апрель апр",
    "may mai mayo maggio mag maio mei maja maj may\u0131s мая май",
    "jun june juni juin junio giugno giu junho czerwca czerwiec cze haziran haz июня июнь июн",
    "jul july juli juillet juil julio luglio lug julho lipca lipiec lip temmuz tem июля июль июл",
    "aug august aout agosto ago augustus augusti sierpnia sierpien sie agustos agu "
    "августа август авг",
    "sep sept september septembre septiembre setiembre settembre set setembro "
    "wrzesnia wrzesien wrz eylul eyl сентября сентябрь сент сен",
    "oct october okt oktober octobre octubre ottobre ott outubro out "
    "pazdziernika pazdziernik paz ekim eki октября октябрь окт",
    "nov november novembre noviembre novembro listopada listopad lis kas\u0131m kas "
    "ноября ноябрь нояб ноя",
    "dec december dez dezember decembre diciembre dic dicembre dezembro desember des "
    "grudnia grudzien gru aral\u0131k ara декабря декабрь дек",
)


def _plain(text: str) -> str:
    """Return text without accents."""
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


_MONTH = {_plain(name): month for month, names in enumerate(_NAMES, 1) for name in names.split()}
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"
_WORD = r"([^\W\d_]{3,12})\.?"
_TIME = r"(?:[ ,T]+\d{1,2}:\d{2}.*)?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th|\.)?"
_YEAR = r"(\d{4}|'?\d{2})(?:\s*\u0433\.?)?"
_MONTH_FIRST = re.compile(rf"{_WEEKDAY}{_WORD}[\s/-]*{_DAY}[\s,/-]+{_YEAR}{_TIME}")
_YEAR_AT_END = re.compile(
    rf"{_WEEKDAY}{_WORD}\s+{_DAY}\s+\d{{1,2}}:\d{{2}}(?::\d{{2}})?"
    r"(?:\s+[A-Z]{2,5}(?:[+-]\d{2}:?\d{2})?)?\s+(\d{4})"
)
"""As C and Java print a time: ``Fri Mar 08 00:00:00 EST 2024``."""
_DAY_FIRST = re.compile(
    rf"{_WEEKDAY}{_DAY}[\s/-]*(?:de\s+)?{_WORD}[\s,/-]*(?:de\s+)?{_YEAR}{_TIME}"
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})[\s/-]*{_WORD}[\s/-]*{_DAY}{_TIME}")


def named_month_day(text: str) -> dt.date | None:
    """Read ``Mar 08, 2024``, ``8-Mar-24``, ``08MAR2024``, ``2024-Mar-08``; None for others.

    Raises ValueError for a day that the month does not have.
    """
    bare = _plain(text)
    if match := _MONTH_FIRST.fullmatch(bare) or _YEAR_AT_END.fullmatch(bare):
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
