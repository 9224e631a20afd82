"""From the facts that expressions name to what a reader of facts is asked for."""

from __future__ import annotations

from technic.facts.terms import FactTerm
from technic.language.syntax.nodes import Call, Name, Node, Number

__all__ = ["SHARES", "term_of"]

SHARES = Name("shares_outstanding")
"""What the market value of a day is made of, beside the close."""


def term_of(leaf: Node) -> FactTerm:
    """Return the term of a checked leaf: a name of a fact, or a call of ``fq`` or ``age``."""
    match leaf:
        case Name():
            return FactTerm(leaf.name)
        case Call(function="fq", arguments=(Name() as field, Number() as back)):
            return FactTerm(field.name, int(back.value))
        case Call(function="age", arguments=(inside,)):
            term = term_of(inside)
            return FactTerm(term.field, term.quarters_back, "age")
        case _:
            raise TypeError(f"{leaf} is no fact")
