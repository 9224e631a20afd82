"""What a scan says in the scan language: conditions, columns, an order.

Most scans say nothing in it. ``ScanExpressions()`` is what those have: every step treats it as any
other, and nothing here imports a parser. ``scan_expressions`` imports one when there is something
to parse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from technic.errors import RuleUnavailableError
from technic.scan.column_names import has_column
from technic.scan.config import ScanConfig, SortOrder
from technic.scan.expressions.conditions import Condition, Expression, NotSettled
from technic.scan.expressions.values import ExpressionValues
from technic.scan.windows import BASE_WINDOW, BarWindow, PlaceWindow
from technic.typing import FloatArray
from technic.universe import Universe
from technic.universe.listings import TEXT_COLUMNS
from technic.wording.nearest import did_you_mean

if TYPE_CHECKING:
    from technic.language import Node
    from technic.scan.facts.access import FactAccess
    from technic.scan.scored_market import Market

__all__ = ["ScanExpressions", "scan_expressions"]


@dataclass(frozen=True, slots=True, eq=False)
class ScanExpressions:
    """Checked expressions of a scan; without arguments none at all. Travels to the workers.

    ``conditions``: of ``where``, one for each operand of its ``and``, then of each setup.
    ``columns``: name → expression; ``orders``: what rows are sorted by, for each key of the order
    its expression, None for a column of the table. ``chosen``: names of the columns that the user,
    not a setup, asked for; ``wanted``: those that are to be added to the ones shown. ``names``:
    every name that the expressions use; ``compared_texts``: listing columns with the texts they are
    compared with. ``lookback``: bars until all of them have a value; ``stable_after``: bars until
    none depends on where history begins any more; ``recursions``: each recursion, the window it is
    in, the bars after which it has settled. ``rank_owners``: ``where`` and setups whose conditions
    compare symbols with each other. ``running_totals``: sums that begin with their window, and it.
    ``facts``: what they name of companies, each once.
    """

    conditions: tuple[Condition, ...] = ()
    columns: tuple[tuple[str, Expression], ...] = ()
    orders: tuple[Expression | None, ...] = ()
    chosen: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    compared_texts: tuple[tuple[str, str], ...] = ()
    lookback: int = 1
    stable_after: int = 1
    recursions: tuple[tuple[str, int, int], ...] = ()
    rank_owners: tuple[str, ...] = ()
    running_totals: tuple[tuple[str, int], ...] = ()
    facts: tuple[Node, ...] = ()
    _expressions: tuple[Expression, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found = dict.fromkeys(
            one for c in self.conditions for one in (*c.operands, *c.shown, *c.facts)
        )
        found |= dict.fromkeys(expression for _, expression in self.columns)
        found |= dict.fromkeys(order for order in self.orders if order is not None)
        object.__setattr__(self, "_expressions", tuple(found))

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Every expression, each once."""
        return self._expressions

    @property
    def windows(self) -> tuple[int, ...]:
        """The windows that the expressions need beside the base window, each once."""
        used = dict.fromkeys(expression.window for expression in self.expressions)
        return tuple(window for window in used if window != BASE_WINDOW)

    def require_sources(self, universe: Universe, facts: FactAccess | None = None) -> None:
        """Raise RuleUnavailableError for a name that ``universe``, or nobody, has values of."""
        if facts is not None and self.facts:
            facts.require(self.facts)
        for name in sorted(self.names.intersection((*TEXT_COLUMNS, "market_cap"))):
            if not universe.has(name):
                hint = f"the universe {universe.source!r} does not carry it; name a fuller one"
                raise RuleUnavailableError(name, f"a column {name!r} of the listings", hint)

    def unlisted(self, universe: Universe) -> Iterator[str]:
        """Yield a sentence for each text that a column of the listings is compared with in vain."""
        listed = {name: {*universe.text(name)} - {None} for name, _ in self.compared_texts}
        for name, value in self.compared_texts:
            if value not in listed[name]:
                hint = did_you_mean(value, listed[name])
                yield f"no listing has the {name} {value!r} that a condition asks for{hint}"

    def not_settled(self, bars: Callable[[int], int]) -> tuple[NotSettled, ...]:
        """Return the recursions that history does not settle; ``bars``: how much a window has."""
        return tuple(
            NotSettled(text, needed, bars(window))
            for text, window, needed in self.recursions
            if needed > bars(window)
        )

    def arrays_held(self, bars: int) -> float:
        """Return how many arrays of a block's bars the expressions take at one time, at most."""
        return 0.0

    def block_columns(
        self, bars: Callable[[int], BarWindow], columns: Mapping[str, FloatArray]
    ) -> dict[str, FloatArray]:
        """Compute what a block alone can say of the expressions, each under its text.

        ``bars``: the block's bars of a window; ``columns``: its other columns. Arrays are
        ``(n_symbols,)``, NaN where unknown.
        """
        return {}

    def place_columns(
        self, bars: Callable[[int], Sequence[PlaceWindow]], columns: Mapping[str, FloatArray]
    ) -> dict[str, FloatArray]:
        """Compute the same on many days of a block, ``(n_places,)`` each.

        ``bars``: the block's bars of a window and the places in them that are asked about, the same
        days and symbols in each, in one part or several; ``columns``: the block's other columns at
        these places.
        """
        return {}

    def evaluated(self, market: Market, universe: Universe) -> ExpressionValues:
        """Put the expressions together once all symbols are known.

        Takes the blocks' parts of them out of the market's columns.
        """
        return ExpressionValues()


def scan_expressions(config: ScanConfig) -> ScanExpressions:
    """Parse and check everything that ``config`` says in the scan language.

    Raises ExpressionError, and ParameterError for a column or an order that no table has.
    """
    plain_order = all(
        has_column(key.column, has_benchmark=config.benchmark is not None)
        for key in SortOrder.keys(config.sort)
    )
    nothing_asked = config.where is None and config.max_history is None
    nothing_asked &= config.filters.min_days_to_earnings is None
    if plain_order and nothing_asked and not (config.setups or config.columns):
        return ScanExpressions()
    from technic.scan.expressions.compiler import compile_expressions

    return compile_expressions(config)
