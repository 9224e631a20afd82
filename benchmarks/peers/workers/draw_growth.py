"""Draw the times of ``growth`` (JSON on standard input) into the file that is named."""

from __future__ import annotations

import json
import sys

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "growth"
from matplotlib import pyplot as plt  # noqa: E402 -- the backend comes first


def main() -> None:
    """One panel for each kind of growth; where it should be one, the line through zero as well."""
    figure, axes = plt.subplots(2, 2, figsize=(9, 6.4), layout="constrained")
    for axis, found in zip(axes.flat, json.load(sys.stdin), strict=True):
        at, milliseconds = found["at"], [1000 * one for one in found["seconds"]]
        if found["proportional"]:
            axis.plot([0, at[-1]], [0, milliseconds[-1]], color="0.7", label="in proportion")
        else:
            axis.axhline(milliseconds[0], color="0.7", label="no cost")
        axis.plot(at, milliseconds, "o-", color="#1f5f9f", label="measured")
        axis.set(xlabel=found["of"], ylabel="processor time, ms", xlim=(0, None), ylim=(0, None))
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(frameon=False, loc="upper left")
    figure.suptitle("A warm scan of the last day")
    figure.savefig(sys.argv[1], metadata={"Date": None})


if __name__ == "__main__":
    main()
