"""What the Tab key offers as values of options: setups, columns, functions.

The words are those that are installed, and the setups in TECHNIC_HOME; nothing is scanned. Where
settings or setups cannot be read nothing is offered: the command itself says why.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from technic.errors import TechnicError

__all__ = ["Offers", "column_values", "setup_values", "sort_values"]

Offered = tuple[str, str]
"""A value of the option, and what it is."""
Offers = Callable[[str], list[Offered]]
"""Told what is typed so far."""


def setup_values(incomplete: str) -> list[Offered]:
    """Offer setups, also after a comma."""
    return list(_offered(incomplete, _setups))


def column_values(incomplete: str) -> list[Offered]:
    """Offer columns and functions, also after a comma or a plus."""
    return list(_offered(incomplete, _words))


def sort_values(incomplete: str) -> list[Offered]:
    """Offer columns and functions, and after a colon the two directions."""
    return list(_offered(incomplete, _words, ordered=True))


def _offered(
    incomplete: str, words: Callable[[], Iterator[Offered]], *, ordered: bool = False
) -> Iterator[Offered]:
    """Yield values that begin with what is typed; before a word may be others, with commas."""
    before, comma, last = incomplete.rpartition(",")
    head = f"{before}{comma}"
    if not head and last.startswith("+") and not ordered:
        head, last = "+", last[1:]
    word, colon, begun = last.partition(":")
    if ordered and colon:
        for direction in ("asc", "desc"):
            if direction.startswith(begun):
                yield f"{head}{word}:{direction}", "order"
        return
    try:
        for name, says in words():
            if name.startswith(last):
                yield f"{head}{name}", says
    except TechnicError:
        return


def _setups() -> Iterator[Offered]:
    from technic.cli.options.language_options import user_folders
    from technic.settings import load_settings
    from technic.setups import Library

    library = Library(user_folders(None, load_settings(os.environ, Path.cwd())))
    for name in library.names():
        try:
            yield name, library.get(name).meaning
        except TechnicError:  # a broken file is told where it is used; the others are offered
            continue


def _words() -> Iterator[Offered]:
    from technic.scan.expressions.word_list import column_words, function_words

    for one in column_words():
        if one.alias:
            yield one.alias, one.description
        yield one.name, one.description
    for one in function_words():
        yield f"{one.name}(", one.description
