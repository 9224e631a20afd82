"""The numbers of a pattern come from the same search as its condition."""

from dataclasses import replace

import numpy as np

from support.packed_panel import packed_panel
from support.shaped_bars import golden, side_by_side, straight
from technic.columns.vocabulary import VOCABULARY as BASE
from technic.language import read
from technic.language.evaluation.evaluate import evaluate_block
from technic.setups.patterns import PATTERNS


def counted(calls):
    """A vocabulary whose patterns note each search, by the columns it was made for."""

    def counting(search):
        def together(*arguments):
            calls.append(arguments[0].shape[1])
            return search(*arguments)

        return together

    searches = {function.together: counting(function.together) for function in PATTERNS.values()}
    return BASE.extended(
        functions={
            name: replace(one, together=searches[one.together]) for name, one in PATTERNS.items()
        }
    )


def test_a_search_is_made_once_for_the_same_arguments():
    """Condition and numbers together; other arguments are another search; none is made twice."""
    calls = []
    vocabulary = counted(calls)
    panel = packed_panel(side_by_side([straight(golden("vcp")["legs"])] * 3))
    texts = [
        "vcp() and vcp_pivot() > 1",
        "vcp_depth()",
        "vcp()",
        "vcp(max_depth=20)",
        "vcp_pivot()",
    ]
    nodes = [read(text, vocabulary).node for text in texts]
    found = evaluate_block(nodes, panel, panel.length - 1, vocabulary)
    assert calls == [3, 3]
    wanted = [1.0, 25.0, 1.0, 0.0, 97.0]
    assert [found[node].tolist() for node in nodes] == [[value] * 3 for value in wanted]


def test_only_columns_that_matter_are_searched_and_the_others_later():
    """What the first condition rules out is left out, until somebody asks for it."""
    calls = []
    vocabulary = counted(calls)
    columns = [straight(golden("vcp")["legs"]) for _ in range(3)]
    columns[1]["volume"][-1] = 5.0
    panel = packed_panel(side_by_side(columns))
    texts = ["volume > 5 and vcp()", "vcp_pivot()"]
    nodes = [read(text, vocabulary).node for text in texts]
    found = evaluate_block(nodes, panel, panel.length - 1, vocabulary)
    assert calls == [2, 1]
    np.testing.assert_equal(found[nodes[0]], [1.0, 0.0, 1.0])
    np.testing.assert_equal(found[nodes[1]], [97.0, 97.0, 97.0])


def test_no_column_that_matters_is_no_search():
    """Not even an empty one."""
    calls = []
    vocabulary = counted(calls)
    panel = packed_panel(side_by_side([straight(golden("vcp")["legs"])]))
    node = read("volume < 0 and vcp()", vocabulary).node
    assert evaluate_block([node], panel, panel.length - 1, vocabulary)[node].tolist() == [0.0]
    assert calls == []
