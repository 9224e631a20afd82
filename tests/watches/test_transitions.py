"""Transitions on hand-made sessions, and against a loop over one symbol's history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from technic.watches.judging.event import event_id
from technic.watches.judging.transitions import Outcome, Place, baseline, judged

DAYS = tuple(f"2024-03-{day:02d}" for day in range(1, 32))
SYMBOLS = ("AA", "BB", "CC")
Known = bool | None


@dataclass(frozen=True)
class Said:
    """What a session says, by hand."""

    values: dict[str, Known]

    @property
    def met(self) -> list[str]:
        """Who meets it."""
        return [symbol for symbol, value in self.values.items() if value]

    def of(self, symbol: str) -> Known:
        """What is known of a symbol."""
        return self.values.get(symbol)


def run_days(
    days: Sequence[dict[str, Known]],
    leaves: Sequence[dict[str, Known]] | None = None,
    *,
    rearm: int = 1,
    minimum: int = 1,
) -> Iterator[tuple[str, Outcome, dict[str, Place]]]:
    """Begin with the first session and judge the others, as a run of watches does."""
    leave = None if leaves is None else Said(leaves[0])
    places = baseline(Said(days[0]), leave, DAYS[0])
    for at, day in enumerate(days[1:], start=1):
        outcome = judged(
            places,
            Said(day),
            None if leaves is None else Said(leaves[at]),
            DAYS[at],
            version="v",
            rearm=rearm,
            minimum=minimum,
            sessions_out=lambda since, at=at: at - DAYS.index(since),
        )
        for symbol, place in outcome.changed.items():
            if place is None:
                del places[symbol]
            else:
                places[symbol] = place
        yield DAYS[at], outcome, dict(places)


def events(*arguments: object, **rules: object) -> list[tuple[str, str, str]]:
    """Session, symbol and kind of each event."""
    return [
        (session, one.symbol, one.kind)
        for session, outcome, _ in run_days(*arguments, **rules)  # type: ignore[arg-type]
        for one in outcome.transitions
    ]


def of_one(values: Sequence[Known]) -> list[dict[str, Known]]:
    """The sessions of a single symbol."""
    return [{} if value is None else {"AA": value} for value in values]


def test_who_comes_in_and_goes_out_is_an_event_once():
    """In on the first session is no event; leaving and coming back are."""
    days = of_one([True, True, False, False, True, True, False])
    found = [("03", "leave"), ("05", "enter"), ("07", "leave")]
    assert events(days) == [(f"2024-03-{day}", "AA", kind) for day, kind in found]


def test_a_session_that_says_nothing_changes_nothing():
    """No bar or an unknown condition: whoever is in stays, whoever is out too."""
    assert events(of_one([True, None, None, True, None, False])) == [("2024-03-06", "AA", "leave")]
    assert events(of_one([None, None, True])) == [("2024-03-03", "AA", "enter")]


def test_a_price_that_swings_round_a_threshold_is_told_once():
    """With rearm 3 a symbol enters again after three sessions out in a row; returns are silent."""
    swing = [False, True, False, True, False, True, False, False, False, True]
    assert events(of_one(swing), rearm=3) == [
        ("2024-03-02", "AA", "enter"),
        ("2024-03-03", "AA", "leave"),
        ("2024-03-10", "AA", "enter"),
    ]


def test_a_match_ends_where_the_expression_for_leaving_says_so():
    """The condition may be false meanwhile; both true at once is not coming in."""
    days = of_one([False, True, False, False, True, True])
    leaves = of_one([False, False, False, True, True, False])
    assert events(days, leaves) == [
        ("2024-03-02", "AA", "enter"),
        ("2024-03-04", "AA", "leave"),
        ("2024-03-06", "AA", "enter"),
    ]


def test_below_the_minimum_nothing_is_told_and_then_all_who_are_still_in():
    """AA and BB enter below a minimum of three; AA leaves untold; CC and DD make it three."""
    days: list[dict[str, Known]] = [
        {"AA": False, "BB": False, "CC": False, "DD": False},
        {"AA": True, "BB": True, "CC": False, "DD": False},
        {"AA": False, "BB": True, "CC": False, "DD": False},
        {"AA": False, "BB": True, "CC": True, "DD": True},
        {"AA": False, "BB": False, "CC": True, "DD": True},
    ]
    told, late = {}, {}
    for session, outcome, places in run_days(days, minimum=3):
        told[session[-2:]] = [(one.symbol, one.kind) for one in outcome.transitions if one.told]
        late[session[-2:]] = outcome.late
        assert outcome.matches == sum(place.inside for place in places.values())
    assert told == {
        "02": [],
        "03": [],
        "04": [("CC", "enter"), ("DD", "enter")],
        "05": [("BB", "leave")],
    }
    assert late == {
        "02": (),
        "03": (),
        "04": (event_id("v", "BB", "enter", "2024-03-02"),),
        "05": (),
    }


def test_since_when_a_symbol_was_in():
    """A leaving tells when it came in; of one that was there at the start that is a bound."""
    (_, _, _), (_, second, _), (_, _, _), (_, fourth, _) = run_days(
        [{"AA": True}, {"AA": True}, {"AA": False}, {"AA": True}, {"AA": False}]
    )
    (first_leave,), (later_leave,) = second.transitions, fourth.transitions
    assert (first_leave.since, first_leave.from_start) == ("2024-03-01", True)
    assert (later_leave.since, later_leave.from_start) == ("2024-03-04", False)


def test_an_event_is_what_it_is_about():
    """Version, symbol, kind and session decide the id, and nothing runs into one another."""
    ids = {
        event_id(*one)
        for one in (
            ("v", "AA", "enter", "2024-03-01"),
            ("w", "AA", "enter", "2024-03-01"),
            ("v", "AB", "enter", "2024-03-01"),
            ("v", "AA", "leave", "2024-03-01"),
            ("v", "AA", "enter", "2024-03-02"),
            ("vA", "A", "enter", "2024-03-01"),
        )
    }
    assert len(ids) == 6
    assert event_id("v", "AA", "enter", "2024-03-01") in ids


def by_a_loop(
    values: Sequence[Known], leaves: Sequence[Known] | None, rearm: int
) -> list[tuple[int, str]]:
    """Tell the events of one symbol from its whole history.

    Walks from stretch to stretch: the sessions on which it is in, then those on which it is out.
    """
    found = []
    inside = values[0] is True and (leaves is None or leaves[0] is not True)
    told, out_for = inside, None if inside else rearm
    for at in range(1, len(values)):
        ends = values[at] is False if leaves is None else leaves[at] is True
        begins = values[at] is True and (leaves is None or leaves[at] is not True)
        if inside and ends:
            inside, out_for = False, 0
            if told:
                found.append((at, "leave"))
        elif not inside:
            out_for = (out_for or 0) + 1
            if begins:
                inside, told = True, out_for >= rearm
                if told:
                    found.append((at, "enter"))
    return found


KNOWN = st.sampled_from([True, False, None])
HISTORY = st.lists(st.tuples(*[st.tuples(KNOWN, KNOWN)] * 3), min_size=2, max_size=30)


@given(HISTORY, st.integers(1, 4), st.booleans())
def test_the_same_as_a_loop_over_each_symbol(history, rearm, with_leave):
    """All symbols together have the events that each has by itself."""
    days = [{s: one[0] for s, one in zip(SYMBOLS, day, strict=True)} for day in history]
    leaves = [{s: one[1] for s, one in zip(SYMBOLS, day, strict=True)} for day in history]
    found = events(days, leaves if with_leave else None, rearm=rearm)
    expected = []
    for number, symbol in enumerate(SYMBOLS):
        own = [day[number][0] for day in history]
        ends = [day[number][1] for day in history] if with_leave else None
        expected += [(DAYS[at], symbol, kind) for at, kind in by_a_loop(own, ends, rearm)]
    assert sorted(found) == sorted(expected)
