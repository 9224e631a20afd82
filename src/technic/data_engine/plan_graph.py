"""The cheapest set of rows and columns that covers every marked cell of a matrix: exact.

1. Rows and columns are the two sides of a bipartite graph, marked cells its edges; a set of rows
   and columns that covers every cell is a vertex cover. Its least cost is the value of a maximum
   flow source → row → column → sink with the costs as capacities (König, weighted), and a least
   cut of that network is such a cover.
2. A row's cells come in runs, so arcs go from the row to the few nodes of a binary tree over the
   columns that make up each run, and from each node of the tree to its two children.
3. Least cuts are the sets of nodes that no residual arc leaves, so the one with the least second
   cost is a least cut once more, in a network of the residual arcs between the nodes that are free
   to lie on either side.
4. A graph with very many runs is first solved on a sample of its cells: a cover of the sample costs
   no more than one of the graph, so if it covers the graph it is an answer; if not, the cells that
   it leaves open join the sample, and after a few rounds all cells do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from technic.aliases import BoolArray, IntArray

__all__ = ["minimum_cover", "runs"]

MANY_RUNS = 300_000
"""Graphs with more runs are solved on a sample of as many cells."""

SAMPLE_ROUNDS = 3

LARGEST = 1 << 29
"""Sum of second costs that surely fits the flow's int32; larger ones are scaled down."""

Nodes = NDArray[np.intp]
Arcs = tuple[Nodes, Nodes]


def minimum_cover(
    marked: BoolArray,
    row_cost: IntArray,
    column_cost: IntArray,
    row_second: IntArray,
    column_second: IntArray,
) -> tuple[BoolArray, BoolArray]:
    """Return masks (rows, columns) of the cheapest cover of ``marked`` (n_rows, n_columns).

    Costs are whole and positive, their sum is below 2**30. Among the cheapest covers the one with
    the least sum of second costs is taken (to one part in 2**29 of that sum).
    """
    n_rows, n_columns = marked.shape
    leaves = 1 << max(n_columns - 1, 0).bit_length()
    # Nodes: rows, then the tree in heap order without its unused node 0; columns are its leaves.
    n_nodes, first_leaf = n_rows + 2 * leaves - 1, n_rows + leaves - 1
    cost, second = (np.zeros(n_nodes, np.int64) for _ in range(2))
    columns_at = slice(first_leaf, first_leaf + n_columns)
    cost[:n_rows], cost[columns_at] = row_cost, column_cost
    second[:n_rows], second[columns_at] = row_second, column_second
    second //= 1 + int(second.sum()) // LARGEST

    def cover(arcs: Arcs) -> tuple[BoolArray, BoolArray]:
        # The cut parts the source from the rows beyond it, and columns this side from the sink.
        inside = _best_cut(cost, second, n_rows, arcs)
        return ~inside[:n_rows], inside[columns_at]

    if np.count_nonzero(marked[:, 1:] & ~marked[:, :-1]) + n_rows > MANY_RUNS:
        sample = np.zeros(marked.size, bool)
        # Any sample is right in the end; a fixed seed makes every plan repeatable.
        sample[np.random.default_rng(0).integers(0, marked.size, MANY_RUNS)] = True
        sample &= marked.ravel()
        for _ in range(SAMPLE_ROUNDS):
            at_row, at_column = np.divmod(np.flatnonzero(sample), n_columns)
            rows, columns = cover((at_row, at_column + first_leaf))
            still_open = np.flatnonzero(marked & ~rows[:, None] & ~columns)
            if not len(still_open):
                return rows, columns
            sample[still_open[:: 1 + len(still_open) // MANY_RUNS]] = True
    return cover(_run_arcs(marked, leaves))


def runs(marked: BoolArray) -> tuple[Nodes, Nodes, Nodes]:
    """Row, first and last column of each unbroken run of marked cells, row by row."""
    # Bool operations and flatnonzero are several times as fast here as np.diff and nonzero.
    begins, ends = marked.copy(), marked.copy()
    begins[:, 1:] &= ~marked[:, :-1]
    ends[:, :-1] &= ~marked[:, 1:]
    row, first = np.divmod(np.flatnonzero(begins), marked.shape[1])
    return row, first, np.flatnonzero(ends) - row * marked.shape[1]


def _run_arcs(marked: BoolArray, leaves: int) -> Arcs:
    """Arcs from each row to the tree nodes that make up its runs, and down the tree."""
    n_rows = len(marked)
    row, first, last = runs(marked)
    low, high = first + leaves, last + leaves + 1
    tails, heads = [], []
    while len(row):
        # A left end that is a right child, and what lies left of a right end that is one, stand
        # alone; the rest of the run is made of the parents.
        for stands, node in ((low & 1 == 1, low), (high & 1 == 1, high - 1)):
            tails.append(row[stands])
            heads.append(node[stands])
        low, high = (low + 1) >> 1, high >> 1
        left = low < high
        row, low, high = row[left], low[left], high[left]
    parents = np.arange(1, leaves)
    tails += [parents + n_rows - 1] * 2
    heads += [2 * parents, 2 * parents + 1]
    return np.concatenate(tails), np.concatenate(heads) + n_rows - 1


def _best_cut(cost: IntArray, second: IntArray, n_rows: int, arcs: Arcs) -> BoolArray:
    """Mark the nodes on the source's side of the best cut."""
    spare, used = _flow(cost, n_rows, arcs)
    # An arc may always carry more, and give back what it carries.
    residual = _joined(arcs, used[::-1])
    is_row = np.arange(len(cost)) < n_rows
    inside = _reached(spare & is_row, residual)
    free = ~inside & ~_reached(spare & ~is_row, residual[::-1])
    if not np.any(free & (cost > 0)):
        return inside
    place = np.cumsum(free) - 1
    both = free[residual[0]] & free[residual[1]]
    within = (place[residual[0][both]], place[residual[1][both]])
    free_rows = int(np.count_nonzero(free[:n_rows]))
    spare, used = _flow(second[free], free_rows, within)
    starts = spare & (np.arange(len(spare)) < free_rows)
    inside[free] = _reached(starts, _joined(within, used[::-1]))
    return inside


def _flow(cost: IntArray, n_rows: int, arcs: Arcs) -> tuple[BoolArray, Arcs]:
    """Send the most from the source through rows and columns to the sink.

    Returns which nodes have capacity to spare at their end (source for rows, sink for others) and
    the arcs between nodes that carry something.
    """
    # Imported late: most commands make no plan.
    from scipy.sparse import csr_array  # type: ignore[import-untyped]
    from scipy.sparse.csgraph import maximum_flow  # type: ignore[import-untyped]

    n_nodes = len(cost)
    source, sink = n_nodes, n_nodes + 1
    others = n_rows + np.flatnonzero(cost[n_rows:])
    tail = np.concatenate([np.full(n_rows, source), arcs[0], others])
    head = np.concatenate([np.arange(n_rows), arcs[1], np.full(len(others), sink)])
    endless = np.full(len(arcs[0]), int(cost.sum()) + 1)
    capacity = np.concatenate([cost[:n_rows], endless, cost[others]]).astype(np.int32)
    graph = csr_array((capacity, (tail, head)), shape=(n_nodes + 2, n_nodes + 2))
    sent = maximum_flow(graph, source, sink).flow.tocoo()
    positive = sent.data > 0
    sent_tail, sent_head, amount = sent.row[positive], sent.col[positive], sent.data[positive]
    through = np.zeros(n_nodes, np.int64)
    through[sent_head[sent_tail == source]] = amount[sent_tail == source]
    through[sent_tail[sent_head == sink]] = amount[sent_head == sink]
    inner = (sent_tail < n_nodes) & (sent_head < n_nodes)
    return through < cost, (sent_tail[inner], sent_head[inner])


def _reached(start: BoolArray, arcs: Arcs) -> BoolArray:
    """Mark the nodes that can be reached from those of ``start``, themselves included."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    n_nodes = len(start)
    begin = np.flatnonzero(start)
    tail, head = _joined((np.full(len(begin), n_nodes), begin), arcs)
    shape = (n_nodes + 1, n_nodes + 1)
    graph = csr_array((np.ones(len(tail), np.int8), (tail, head)), shape=shape)
    found = np.zeros(n_nodes + 1, bool)
    found[breadth_first_order(graph, n_nodes, return_predecessors=False)] = True
    return found[:-1]


def _joined(some: Arcs, more: Arcs) -> Arcs:
    return np.concatenate([some[0], more[0]]), np.concatenate([some[1], more[1]])
