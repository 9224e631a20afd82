"""Draw times by size (JSON on standard input) into the file that is named, under a title."""

from __future__ import annotations

import json
import sys

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "growth"
from matplotlib import pyplot as plt  # noqa: E402 -- the backend comes first


def main() -> None:
    """One panel for each kind of growth; where it should be one, the line through zero as well."""
    panels = json.load(sys.stdin)
    rows, columns = (2, 2) if len(panels) == 4 else (1, len(panels))
    size = 4.5 * columns, 3.2 * rows
    figure, axes = plt.subplots(rows, columns, figsize=size, layout="constrained")
    for axis, found in zip(axes.flat, panels, strict=True):
        at, milliseconds = found["at"], [1000 * one for one in found["seconds"]]
        if found["proportional"]:
            axis.plot([0, at[-1]], [0, milliseconds[-1]], color="0.7", label="in proportion")
        else:
            axis.axhline(milliseconds[0], color="0.7", label="no cost")
        axis.plot(at, milliseconds, "o-", color="#1f5f9f", label="measured")
        axis.set(xlabel=found["of"], ylabel="processor time, ms", xlim=(0, None), ylim=(0, None))
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(frameon=False, loc="upper left")
    figure.suptitle(sys.argv[2])
    figure.savefig(sys.argv[1], metadata={"Date": None})


if __name__ == "__main__":
    main()
