"""``technic columns`` and ``technic functions``: what can be asked for, listed and searched."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from technic.scan.expressions.word_list import Word

__all__ = ["columns", "functions"]

Format = Annotated[Literal["table", "json"], typer.Option("--format", help="How to print it.")]
Asked = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[WORD]...",
        help="Only those with this in name or description.",
        show_default=False,
    ),
]


def columns(word: Asked = None, format_: Format = "table") -> None:
    """List the columns that --columns, --sort and conditions know, with their shorter words.

    The same words are keys of JSON and of technic.toml; headings show the shorter ones.
    """
    from technic.scan.expressions.word_list import column_words

    _print(column_words(), "column", word, format_)


def functions(word: Asked = None, format_: Format = "table") -> None:
    """List the functions of conditions and columns with their parameters and defaults."""
    from technic.scan.expressions.word_list import function_words

    _print(function_words(), "function", word, format_)


def _print(words: list[Word], noun: str, asked: list[str] | None, format_: str) -> None:
    from technic.cli.render.console import console_for, note
    from technic.cli.render.word_report import word_document, word_lines
    from technic.scan.expressions.word_list import matching, near_words

    text = " ".join(asked or ())
    found = matching(words, text)
    if format_ == "json":
        document = {f"{noun}s": word_document(found)}
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    elif found:
        console = console_for(sys.stdout)
        cut = console.width if sys.stdout.isatty() and not text else None
        for line in word_lines(found, noun, cut):
            console.print(line, soft_wrap=True)
    if not found:
        meant = near_words(words, text)
        hint = f"the nearest: {', '.join(meant)}" if meant else f"technic {noun}s lists all"
        note(f"no {noun} has {text!r} in its name or description; {hint}")
