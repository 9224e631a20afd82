"""Plans graded: each rule by bars made by hand, and all of them against a plain loop."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import plan_loop
from support.later_bars import NO_BAR, later_bars, random_bars
from technic.errors import ParameterError
from technic.study.outcomes import Flag, GradeRules, Outcome, Plans, grade_plans
from technic.study.outcomes import grading as module
from technic.study.replay.hits import HitPlaces, few_texts

DAY = (100, 101, 99, 100)  # the bar of the hit, and any that touches nothing
FLAT = (101, 102, 100.5, 101)


def plan(*, breakout=True, entry=102.5, stop=98.0, target=110.0, side=1, session=0, symbol=0):
    """One plan; by default a long breakout."""
    return {
        "session": session,
        "symbol": symbol,
        "side": side,
        "breakout": breakout,
        "entry": float(entry),
        "stop": float(stop),
        "target": float(target),
    }


def plans(*some: dict) -> Plans:
    """Several plans as arrays."""
    types = {"session": np.int32, "symbol": np.int32, "side": np.int8, "breakout": np.bool_}
    return Plans(
        **{
            name: np.array([one[name] for one in some], dtype=types.get(name, np.float64))
            for name in plan()
        }
    )


def graded(bars_after, one, *, rules=None, **known):
    """Grade one plan on the bars after its day; return outcome, flags, sessions, prices and R."""
    bars = later_bars([DAY, *bars_after], **known)
    grades = grade_plans(bars, plans(one), rules)
    return (
        Outcome(grades.outcome[0]),
        Flag(int(grades.flags[0])),
        (int(grades.entry_session[0]), int(grades.exit_session[0])),
        (float(grades.fill[0]), float(grades.exit_price[0])),
        float(grades.r[0]),
    )


NONE = Flag(0)
RISE = (101, 103, 100.5, 102.8)  # touches a breakout's 102.5
DIP = (101, 102, 99.5, 101)  # touches a limit at 100
LIMIT = {"breakout": False, "entry": 100.0}


SHORT = {"side": -1, "entry": 97, "stop": 102, "target": 90}
ENTRY, EXIT = Flag.ENTRY_GAP, Flag.EXIT_GAP


@pytest.mark.parametrize(
    ("after", "one", "expected"),
    [
        # stop and target
        ([RISE, (100, 101, 97, 99)], plan(), ("STOP", NONE, (1, 2), (102.5, 98.0), -1.0)),
        ([RISE, (103, 111, 102, 109)], plan(), ("TARGET", NONE, (1, 2), (102.5, 110.0), 7.5 / 4.5)),
        # exactly on a level counts
        ([RISE, (100, 101, 98, 99)], plan(), ("STOP", NONE, (1, 2), (102.5, 98.0), -1.0)),
        ([RISE, (103, 110, 102, 109)], plan(), ("TARGET", NONE, (1, 2), (102.5, 110.0), 7.5 / 4.5)),
        # both within one bar: the stop
        ([RISE, (103, 111, 97, 109)], plan(), ("STOP", Flag.BOTH, (1, 2), (102.5, 98.0), -1.0)),
        # gaps through levels are filled at the open
        ([RISE, (96, 97, 95, 96)], plan(), ("STOP", EXIT, (1, 2), (102.5, 96.0), -6.5 / 4.5)),
        ([RISE, (112, 113, 97, 98)], plan(), ("TARGET", EXIT, (1, 2), (102.5, 112), 9.5 / 4.5)),
        (
            [(104, 105, 103, 104), (112, 113, 111, 112)],
            plan(),
            ("TARGET", ENTRY | EXIT, (1, 2), (104, 112), 8 / 4.5),
        ),
        # the session of the entry: the order of its prices is not known
        ([(101, 111, 100, 105)], plan(), ("TARGET", NONE, (1, 1), (102.5, 110), 7.5 / 4.5)),
        ([(99, 103, 97, 102)], plan(), ("STOP", Flag.ENTRY_BAR_STOP, (1, 1), (102.5, 98), -1.0)),
        (
            [(99, 111, 97, 102)],
            plan(),
            ("STOP", Flag.ENTRY_BAR_STOP | Flag.BOTH, (1, 1), (102.5, 98), -1.0),
        ),
        ([(103, 104, 97, 99)], plan(), ("STOP", ENTRY, (1, 1), (103, 98), -5 / 4.5)),
        # a breakout that opens beyond its target is filled and left at that open
        ([(111, 115, 97, 99)], plan(), ("TARGET", ENTRY | EXIT, (1, 1), (111, 111), 0.0)),
        # a limit order at the close: filled at the level, or better at the open
        ([DIP, (101, 111, 100.5, 110)], plan(**LIMIT), ("TARGET", NONE, (1, 2), (100, 110), 5.0)),
        (
            [(99, 100, 98.5, 99), (97, 98, 96, 97)],
            plan(**LIMIT),
            ("STOP", ENTRY | EXIT, (1, 2), (99, 97), -1.0),
        ),
        ([(97, 111, 96, 110)], plan(**LIMIT), ("STOP", ENTRY | EXIT, (1, 1), (97, 97), 0.0)),
        # filled within the bar: its high may have been before, its close was not
        (
            [(105, 111, 99.5, 105), (105, 106, 97, 98)],
            plan(**LIMIT),
            ("STOP", NONE, (1, 2), (100, 98), -1.0),
        ),
        ([(105, 111, 99.5, 110.5)], plan(**LIMIT), ("TARGET", NONE, (1, 1), (100, 110), 5.0)),
        ([(105, 111, 97.5, 105)], plan(**LIMIT), ("STOP", Flag.BOTH, (1, 1), (100, 98), -1.0)),
        ([(100, 111, 99.5, 105)], plan(**LIMIT), ("TARGET", NONE, (1, 1), (100, 110), 5.0)),
        # shorts mirror longs
        (
            [(99, 100, 95, 96), (95, 96, 89, 90)],
            plan(**SHORT),
            ("TARGET", NONE, (1, 2), (97, 90), 7 / 5),
        ),
        (
            [(99, 100, 95, 96), (103, 104, 89, 90)],
            plan(**SHORT),
            ("STOP", EXIT, (1, 2), (97, 103), -6 / 5),
        ),
        (
            [(99, 100, 95, 96), (96, 104, 89, 90)],
            plan(**SHORT),
            ("STOP", Flag.BOTH, (1, 2), (97, 102), -1.0),
        ),
    ],
)
def test_levels(after, one, expected):
    """Fills, stops, targets and gaps, one bar after the other."""
    outcome, flags, sessions, prices, r = graded(after, one)
    assert (outcome.name, flags, sessions, prices) == expected[:4]
    assert r == pytest.approx(expected[4], abs=1e-12)


def test_an_entry_lives_for_its_sessions():
    """Touched on the last session of its life it is filled, on the one after it is not."""
    rules = GradeRules(life=3)
    after = [FLAT, FLAT, RISE, (100, 101, 97, 99)]
    assert graded(after, plan(), rules=rules)[:3] == (Outcome.STOP, NONE, (3, 4))
    after = [FLAT, FLAT, FLAT, RISE, (100, 101, 97, 99)]
    outcome, _, sessions, _, r = graded(after, plan(), rules=rules)
    assert (outcome, sessions) == (Outcome.NOT_ENTERED, (-1, -1))
    assert math.isnan(r)


def test_a_lag_moves_the_whole_life():
    """Entered a session later, what touched the entry before it does not count."""
    after = [RISE, FLAT, RISE, (100, 101, 97, 99)]
    assert graded(after, plan(), rules=GradeRules(lag=1))[2] == (3, 4)
    assert graded(after, plan(), rules=GradeRules(lag=1, life=1))[0] is Outcome.NOT_ENTERED


def test_the_time_stop_sells_at_the_close():
    """The session of the entry is the first of those that a trade lasts."""
    after = [RISE, FLAT, (101, 102, 100.5, 101.5), FLAT]
    outcome, flags, sessions, prices, r = graded(after, plan(), rules=GradeRules(hold=3))
    assert (outcome, flags, sessions, prices) == (Outcome.TIME, NONE, (1, 3), (102.5, 101.5))
    assert r == pytest.approx(-1 / 4.5)
    assert graded([RISE], plan(), rules=GradeRules(hold=1))[2:4] == ((1, 1), (102.5, 102.8))


def test_a_plan_may_be_entered_at_the_next_open():
    """Whatever the open is; beyond the stop it is left there, and the costs are lost."""
    rules = GradeRules(close_entry="open")
    after = [(101, 102, 100.5, 101), (101, 111, 100.5, 110)]
    assert graded(after, plan(**LIMIT), rules=rules)[1:4] == (NONE, (1, 2), (101, 110))
    outcome, flags, _, prices, r = graded([(97, 99, 96, 98)], plan(**LIMIT), rules=rules)
    assert (outcome, flags, prices, r) == (Outcome.STOP, Flag.EXIT_GAP, (97, 97), 0.0)


def test_a_halt_waits_and_is_left_at_the_open_after_it():
    """Nothing happens without a bar; a gap through the stop is filled at the open of the next."""
    after = [RISE, NO_BAR, NO_BAR, (90, 92, 89, 91)]
    outcome, flags, sessions, prices, _ = graded(after, plan())
    assert (outcome, flags, sessions) == (Outcome.STOP, Flag.EXIT_GAP, (1, 4))
    assert prices == (102.5, 90)
    # the time stop falls into the halt: sold at the first open after it, even above the stop
    after = [RISE, NO_BAR, NO_BAR, NO_BAR, (100, 111, 97, 91)]
    outcome, flags, sessions, prices, _ = graded(after, plan(), rules=GradeRules(hold=3))
    assert (outcome, flags, sessions) == (Outcome.TIME, Flag.HALTED, (1, 5))
    assert prices == (102.5, 100)
    # an order that awaits its entry through a halt lapses with its sessions
    after = [NO_BAR, NO_BAR, RISE]
    assert graded(after, plan(), rules=GradeRules(life=2))[0] is Outcome.NOT_ENTERED


def test_delisted_while_open_is_sold_at_the_last_close():
    """Changed by the assumed return, on the last session with a bar."""
    after = [RISE, FLAT, NO_BAR, NO_BAR]
    rules = GradeRules(hold=10, delisting_return=-0.3)
    outcome, _, sessions, prices, r = graded(after, plan(), rules=rules, delisted=[True])
    assert (outcome, sessions) == (Outcome.DELISTED, (1, 2))
    assert prices == pytest.approx((102.5, 70.7))
    assert r == pytest.approx((70.7 - 102.5) / 4.5)
    # while it awaits its entry: there was no trade
    assert graded([FLAT, NO_BAR], plan(), delisted=[True])[0] is Outcome.NOT_ENTERED
    # the bars end with the data and nobody knows that it is delisted
    assert graded(after, plan(), rules=rules)[0] is Outcome.OPEN


def test_nothing_is_known_over_a_break():
    """Levels of before say nothing of prices that begin anew, wherever the plan stands."""
    breaks = [[False, False, False, True, False]]
    rules = GradeRules(hold=3)
    for after in ([FLAT, FLAT, RISE, FLAT], [RISE, FLAT, (9, 9, 9, 9), FLAT]):
        outcome, _, _, _, r = graded(after, plan(), rules=rules, breaks=breaks)
        assert outcome is Outcome.BROKEN
        assert math.isnan(r)
    # over before it, or in a hole that ends with it
    assert graded([RISE, (100, 101, 97, 99), RISE, FLAT], plan(), breaks=breaks)[0] is Outcome.STOP
    after = [RISE, NO_BAR, (9, 9, 9, 9), FLAT]
    assert graded(after, plan(), rules=GradeRules(hold=2), breaks=breaks)[0] is Outcome.BROKEN
    # a plan made on the session of the break is of the new prices
    after = [FLAT, FLAT, FLAT, RISE]
    one = plan(session=3)
    assert graded(after, one, rules=GradeRules(hold=1), breaks=breaks)[0] is Outcome.TIME


def test_what_is_not_over_is_no_result():
    """At the end of the bars an order is pending and a trade is open; neither has an R."""
    assert graded([FLAT, FLAT], plan())[0] is Outcome.PENDING
    outcome, _, sessions, _, r = graded([RISE, FLAT], plan())
    assert (outcome, sessions) == (Outcome.OPEN, (1, -1))
    assert math.isnan(r)


def test_dividends_belong_to_who_holds_on_the_day_before():
    """A long entered before the ex-date gets it, one entered on it does not; a short pays it."""
    after = [RISE, FLAT, FLAT]
    rules = GradeRules(hold=3)
    dry = graded(after, plan(), rules=rules)[4]
    paid = graded(after, plan(), rules=rules, dividends=[[0, 0, 0.9, 0]])[4]
    assert paid - dry == pytest.approx(0.9 / 4.5)
    assert graded(after, plan(), rules=rules, dividends=[[9, 9, 0, 0]])[4] == dry
    short = plan(side=-1, entry=100.8, stop=105, target=90)
    dry = graded(after, short, rules=rules)[4]
    paid = graded(after, short, rules=rules, dividends=[[0, 0, 0.9, 0]])[4]
    assert paid - dry == pytest.approx(-0.9 / 4.2)


def places_of(bars, one: dict) -> HitPlaces:
    """One place as a replay tells it, with prices as they were on its day."""
    text = {"side": "long" if one["side"] == 1 else "short"}
    text["entry_type"] = "breakout" if one["breakout"] else "close"
    numbers = {name: one[name] for name in ("entry", "stop", "target")}
    return HitPlaces(
        sessions=bars.sessions,
        symbols=("OTHER", *bars.symbols),
        session=np.array([one["session"]] * 2, dtype=np.int32),
        symbol=np.array([0, one["symbol"] + 1], dtype=np.int32),
        rank=np.ones(2, dtype=np.int32),
        ranked=np.ones(2, dtype=np.int32),
        tech_rating=np.zeros(2),
        rs_rating=np.zeros(2),
        signal=few_texts(["long"] * 2),
        has_plan=np.array([True, True]),
        shares=np.ones(2, dtype=np.int64),
        close=np.full(2, 100.0),
        dollar_volume=np.full(2, 1e6),
        sector=few_texts([None] * 2),
        **{name: few_texts([value] * 2) for name, value in text.items()},
        **{name: np.array([value] * 2) for name, value in numbers.items()},
    )


@pytest.mark.parametrize("ratio", [2.0, 3.0, 0.1])
def test_a_split_while_open_changes_nothing(ratio):
    """Levels of the day of the hit are restated in the basis of the bars that follow the split."""
    rows = [DAY, RISE, FLAT, (103, 111, 102, 109)]
    whole = later_bars(rows)
    split = later_bars(
        [[price / ratio for price in row] for row in rows],
        later_splits=[[ratio, ratio, 1.0, 1.0]],
    )
    found, at = Plans.of_places(places_of(split, plan()), split)
    assert at.tolist() == [1]
    grades, expected = grade_plans(split, found), grade_plans(whole, plans(plan()))
    assert grades.outcome.tolist() == expected.outcome.tolist() == [Outcome.TARGET]
    assert grades.r == pytest.approx(expected.r)


def test_hits_outside_the_bars_have_no_plan_among_them():
    """Symbols and sessions that the bars do not have are left to other blocks."""
    bars = later_bars([DAY, RISE])
    places = places_of(bars, plan())
    later = later_bars([DAY] * 3)
    object.__setattr__(later, "sessions", bars.sessions[0] + np.arange(5, 8))
    assert len(Plans.of_places(places, later)[0]) == 0


def test_levels_in_the_wrong_order_are_refused():
    """A stop above a long's entry is no plan."""
    with pytest.raises(ParameterError, match="entry 102.5, stop 104, target 110"):
        plans(plan(stop=104))


@pytest.mark.parametrize(
    ("name", "value"),
    [("life", 0), ("hold", 2.5), ("lag", -1), ("close_entry", "auction"), ("delisting_return", 2)],
)
def test_rules_name_what_is_wrong(name, value):
    """The parameter and its value are in the message."""
    with pytest.raises(ParameterError, match=name):
        GradeRules(**{name: value})


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    rules=st.builds(
        GradeRules,
        life=st.integers(1, 4),
        hold=st.integers(1, 9),
        lag=st.integers(0, 2),
        close_entry=st.sampled_from(["limit", "open"]),
        delisting_return=st.sampled_from([0.0, -0.3, -1.0]),
    ),
    dividends=st.booleans(),
    block=st.sampled_from([1, 7, 10_000]),
)
def test_all_at_once_equals_a_plain_loop(seed, rules, dividends, block):
    """Every field of every grade, bit for bit, whatever is graded at once."""
    random = np.random.default_rng(seed)
    bars = random_bars(random, 24, 3, dividends=dividends)
    some = []
    for _ in range(40):
        side = int(random.choice([1, -1]))
        entry = 100.0 + random.integers(-6, 7) * 0.5
        risk, reward = random.integers(1, 8, 2) * 0.5
        some.append(
            plan(
                session=int(random.integers(24)),
                symbol=int(random.integers(3)),
                side=side,
                breakout=bool(random.integers(2)),
                entry=entry,
                stop=entry - side * risk,
                target=entry + side * reward,
            )
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        grades = grade_plans(bars, plans(*some), rules)
    loops = [plan_loop.grade(bars, one, rules) for one in some]
    names = {
        "outcome": "outcome",
        "flags": "flags",
        "entry_session": "entry",
        "exit_session": "exit",
        "fill": "fill",
        "exit_price": "sold",
        "r": "r",
        "traded_r": "traded",
        "market_r": "market",
    }
    for field, key in names.items():
        expected = [loop[key] for loop in loops]
        np.testing.assert_array_equal(getattr(grades, field), expected, err_msg=field)
