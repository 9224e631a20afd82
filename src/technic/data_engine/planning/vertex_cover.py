"""The cheapest set of rows and columns that covers every marked cell of a matrix: exact.

1. Rows and columns are the two sides of a bipartite graph, marked cells its edges; a set of rows
   and columns that covers every cell is a vertex cover. Its least cost is the value of a maximum
   flow source → row → column → sink with the costs as capacities (König, weighted), and a least
   cut of that network is such a cover.
2. A row's cells come in runs, so arcs go from the row to the few nodes of a binary tree over the
   columns that make up each run, and from each node of the tree to its two children.
3. Least cuts may differ. What the source can still reach when the flow is at its most is inside
   every one of them; the cut around it has the most rows and the fewest columns.
4. A graph with very many runs is first solved on a sample of its cells: a cover of the sample costs
   no more than one of the graph, so if it covers the graph it is an answer; if not, the cells that
   it leaves open join the sample, and after a few rounds all cells do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from technic.typing import BoolArray, IntArray

__all__ = ["minimum_cover", "runs"]

MANY_RUNS = 300_000
"""Graphs with more runs are solved on a sample of as many cells."""

SAMPLE_ROUNDS = 3

Nodes = NDArray[np.intp]
Arcs = tuple[Nodes, Nodes]


def minimum_cover(
    marked: BoolArray, row_cost: IntArray, column_cost: IntArray
) -> tuple[BoolArray, BoolArray]:
    """Return masks (rows, columns) of the cheapest cover of ``marked`` (n_rows, n_columns).

    Costs are whole and positive, their sum is below 2**30. Among the cheapest covers the one with
    the fewest columns is taken.
    """
    n_rows, n_columns = marked.shape
    if marked.all():  # one whole side covers it: a first sync, a daily one; scipy takes 0.3 s
        by_rows = int(row_cost.sum()) <= int(column_cost.sum())
        return np.full(n_rows, by_rows), np.full(n_columns, not by_rows)
    leaves = 1 << max(n_columns - 1, 0).bit_length()
    # Nodes: rows, then the tree in heap order without its unused node 0; columns are its leaves.
    first_leaf = n_rows + leaves - 1
    columns_at = slice(first_leaf, first_leaf + n_columns)
    cost = np.zeros(n_rows + 2 * leaves - 1, np.int64)
    cost[:n_rows], cost[columns_at] = row_cost, column_cost

    def cover(arcs: Arcs) -> tuple[BoolArray, BoolArray]:
        # The cut parts the source from the rows beyond it, and columns this side from the sink.
        inside = _least_cut(cost, n_rows, arcs)
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
    # Invariant: the cells of a run not yet hung on the row are the leaves below the nodes low to
    # high - 1, all of one level; each turn goes a level up.
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


def _least_cut(cost: IntArray, n_rows: int, arcs: Arcs) -> BoolArray:
    """Send the most from the source through rows and columns to the sink.

    Returns which nodes the source can still reach: those of rows with capacity to spare, and on
    along the arcs, which may always carry more, and back along those that carry something.
    """
    # Imported late: most commands make no plan.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import (
        breadth_first_order,
        maximum_flow,
    )

    n_nodes = len(cost)
    source, sink = n_nodes, n_nodes + 1
    shape = (n_nodes + 2, n_nodes + 2)
    ends = n_rows + np.flatnonzero(cost[n_rows:])
    tail = np.concatenate([np.full(n_rows, source), arcs[0], ends])
    head = np.concatenate([np.arange(n_rows), arcs[1], np.full(len(ends), sink)])
    endless = np.full(len(arcs[0]), int(cost.sum()) + 1)
    capacity = np.concatenate([cost[:n_rows], endless, cost[ends]]).astype(np.int32)
    graph = csr_array((capacity, (tail, head)), shape=shape)
    # Residual graph of a maximum flow: forward where capacity is left, backward where flow is. What
    # the source reaches in it is this side of every least cut, so the cut has the fewest columns.
    sent = maximum_flow(graph, source, sink).flow.tocoo()
    through = np.zeros(n_rows, np.int64)
    begun = sent.row == source
    through[sent.col[begun]] = sent.data[begun]
    spare = np.flatnonzero(through < cost[:n_rows])
    back = (sent.data > 0) & (sent.row < n_nodes) & (sent.col < n_nodes)
    tail = np.concatenate([np.full(len(spare), source), arcs[0], sent.col[back]])
    head = np.concatenate([spare, arcs[1], sent.row[back]])
    residual = csr_array((np.ones(len(tail), np.int8), (tail, head)), shape=shape)
    inside = np.zeros(n_nodes + 2, bool)
    inside[breadth_first_order(residual, source, return_predecessors=False)] = True
    return inside[:n_nodes]
