"""Whether the expressions of a setup mean something, told before anything is scanned.

What an expression may name is known above this layer (ratings, plans, listings), so the vocabulary
is given; ``technic.scan.expressions.scan_expressions.vocabulary()`` is that of a scan.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from technic.errors import ExpressionError, InputFileError, ParameterError
from technic.language import Node, Vocabulary, read, scope_of
from technic.language.analysis.compile import Wants
from technic.language.analysis.shared_reader import ReadText
from technic.setups.apply import with_options
from technic.setups.scan_file import located, split_column
from technic.setups.setup import Setup
from technic.text.commas import split_at_commas

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["check_setup"]


def check_setup(
    setup: Setup,
    vocabulary: Vocabulary,
    plan: DataclassInstance | None = None,
    reader: ReadText | None = None,
) -> dict[str, Node]:
    """Check every expression and return them by key.

    The keys: ``conditions.NAME``, ``columns.NAME`` and, where it is no column, ``rank_by``.
    ``plan``: rules that ``[plan]`` is tried on. ``reader``: what reads texts in this vocabulary,
    where many setups are checked together. Raises ExpressionError for an expression that means
    nothing, InputFileError for whatever else a scan would refuse; both name the setup's file.
    """
    file = setup.path or f"setup {setup.name}"
    reader = reader or partial(read, vocabulary=vocabulary)
    try:
        _check_names(setup, vocabulary)
        found = _expressions(setup, vocabulary, file, reader)
        found |= _order(setup, vocabulary, found, file)
        if plan is not None:
            with_options(plan, setup.plan)
    except ParameterError as error:
        raise InputFileError(file, str(error)) from error
    return found


def _check_names(setup: Setup, vocabulary: Vocabulary) -> None:
    """Refuse a parameter or a column that takes the name of something else."""
    named = [("parameters", one.name) for one in setup.parameters]
    named += [("columns", name) for name, _ in map(split_column, setup.columns) if name]
    for key, name in named:
        if name in vocabulary.names:
            raise ParameterError(key, name, "a name that nothing else has")


def _expressions(
    setup: Setup, vocabulary: Vocabulary, file: str, reader: ReadText
) -> dict[str, Node]:
    texts: list[tuple[str, str, Wants]] = [
        (f"conditions.{one.name}", one.where, "condition") for one in setup.conditions
    ]
    for column in setup.columns:
        name, text = split_column(column)
        texts.append((f"columns.{name or _column(text, vocabulary)}", text, "any"))
    found: dict[str, Node] = {}
    for key, text, wants in texts:
        if key in found:
            raise ParameterError(key, text, "each column once")
        try:
            found[key] = reader(text, wants=wants, parameters=setup.values).node
        except ExpressionError as error:
            raise located(error, file, key) from error
    return found


def _column(text: str, vocabulary: Vocabulary) -> str:
    """Return what a column without a name of its own is called: an alias as what it means."""
    return vocabulary.aliases.get(text, text)


def _order(
    setup: Setup, vocabulary: Vocabulary, found: Mapping[str, Node], file: str
) -> dict[str, Node]:
    """Return the keys of ``rank_by`` that are no columns of the setup."""
    nodes: dict[str, Node] = {}
    for part in split_at_commas(setup.rank_by or ""):
        text, _, direction = (piece.strip() for piece in part.partition(":"))
        if direction not in ("", "asc", "desc") or not text:
            raise ParameterError("rank_by", setup.rank_by, "COLUMN, COLUMN:asc or COLUMN:desc")
        if f"columns.{text}" in found:
            continue
        try:
            node = read(text, vocabulary, parameters=setup.values).node
        except ExpressionError as error:
            raise located(error, file, "rank_by") from error
        if scope_of(node, vocabulary) == "constant":
            raise ParameterError("rank_by", setup.rank_by, "a value that differs between symbols")
        nodes["rank_by" if not nodes else f"rank_by.{len(nodes) + 1}"] = node
    return nodes
