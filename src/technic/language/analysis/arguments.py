"""The arguments of a call, each at its parameter: by position, all of them, constants in range."""

from __future__ import annotations

from collections.abc import Callable

from technic.errors import ExpressionError
from technic.language.analysis.suggestions import example, unknown_parameter
from technic.language.analysis.vocabulary import Vocabulary
from technic.language.functions.function import Function, Parameter
from technic.language.syntax.nodes import Call, Name, Node, Number, Text
from technic.language.syntax.tokens import shown
from technic.wording.nearest import nearest

__all__ = ["Fail", "Helps", "by_position", "constant", "without_series"]

Fail = Callable[[Node, str, str], ExpressionError]
"""Makes the error at a node: the node, what is wrong, what to write."""
Helps = Callable[..., str]
"""Returns the first of some texts that is right in itself as a hint, else nothing."""


def by_position(call: Call, function: Function, fail: Fail, helps: Helps) -> tuple[Node, ...]:
    """Return an argument for each parameter, defaults filled in."""
    parameters = function.parameters
    if len(call.arguments) > len(parameters):
        raise fail(call, *_too_many(call, function, helps))
    names = [parameter.name for parameter in parameters]
    given: dict[str, Node] = dict(zip(names, call.arguments, strict=False))
    for name, argument in call.keywords:
        if name not in names:
            raise fail(argument, *unknown_parameter(name, function))
        if name in given:
            raise fail(argument, f"{call.function} is given {name} twice", "")
        given[name] = argument
    return tuple(
        given[parameter.name]
        if parameter.name in given
        else _default(parameter, call, function, fail)
        for parameter in parameters
    )


def constant(
    argument: Node, parameter: Parameter, function: Function, vocabulary: Vocabulary, fail: Fail
) -> Node:
    """Return the argument of a parameter that takes a constant, after a look at it."""
    if parameter.takes == "group":
        return _group(argument, parameter, function, vocabulary, fail)
    if parameter.takes == "word":
        return _word(argument, parameter, function, fail)
    what = f"{parameter.name} of {function.name}"
    whole = parameter.takes == "bars"
    allowed = f"a {'whole ' * whole}number from {parameter.least:,g} to {parameter.most:,g}"
    if not isinstance(argument, Number):
        reason = f"{what} is {allowed}, not {shown(str(argument))}"
        raise fail(argument, reason, f"write {example(function)}")
    value = argument.value
    if not parameter.least <= value <= parameter.most or (whole and not value.is_integer()):
        raise fail(argument, f"{what} is {argument}, allowed: {allowed}", "")
    return argument


def _group(
    argument: Node, parameter: Parameter, function: Function, vocabulary: Vocabulary, fail: Fail
) -> Node:
    if isinstance(argument, Text) and argument.value == parameter.default:
        return argument
    groups = [
        name
        for name, info in vocabulary.names.items()
        if info.kind == "text" and info.scope == "listing"
    ]
    if isinstance(argument, Name) and argument.name in groups:
        return argument
    reason = f"{parameter.name} of {function.name} is a text column of the listings"
    if isinstance(argument, Text) and argument.value in groups:
        raise fail(argument, reason, f"write {argument.value} without quotes")
    raise fail(argument, f"{reason}, not {shown(str(argument))}", "")


def _word(argument: Node, parameter: Parameter, function: Function, fail: Fail) -> Node:
    """Return a text in quotes; a bare name that would be one misses its quotes."""
    what, words = f"{parameter.name} of {function.name}", parameter.words
    allowed = " or ".join(f'"{word}"' for word in words) or "a text in quotes"
    if isinstance(argument, Text) and argument.value and (not words or argument.value in words):
        return argument
    given = argument.value if isinstance(argument, Text) else str(argument)
    bare = isinstance(argument, Name) and not words
    guess = given if bare or given in words else nearest(given, words)
    hint = f'write "{guess}"' if guess else ""
    raise fail(argument, f"{what} is {shown(given)}, allowed: {allowed}", hint)


def _default(parameter: Parameter, call: Call, function: Function, fail: Fail) -> Node:
    match parameter.default:
        case None:
            reason = f"{function.name} needs {parameter.name}"
            raise fail(call, reason, f"write {example(function)}")
        case str(text):
            return Name(text) if parameter.takes == "series" else Text(text)
        case number:
            return Number(float(number))


def _too_many(call: Call, function: Function, helps: Helps) -> tuple[str, str]:
    """Say so; ``atr`` reads the bar itself, where TA-Lib wants to be handed it."""
    most, given = len(function.parameters), len(call.arguments)
    takes = f"takes {most} argument{'s' * (most != 1)}" if most else "takes no arguments"
    numbers = [str(argument) for argument in call.arguments if isinstance(argument, Number)]
    if function.fields and len(numbers) < given and len(numbers) <= most:
        takes = f"reads {', '.join(function.fields)} itself and {takes}"
        hint = helps(f"{function.name}({', '.join(numbers)})", example(function))
    else:
        hint = helps(example(function))
    return f"{function.name} {takes}, not {given}", hint


def without_series(call: Call, function: Function, helps: Helps) -> str:
    """Return the hint for a call of constants only: ``rsi(14)`` wants to be ``rsi(close, 14)``."""
    given = [str(argument) for argument in call.arguments]
    if len(given) == len(function.parameters):
        del given[0]
    return helps(f"{function.name}({', '.join(['close', *given])})", example(function))
