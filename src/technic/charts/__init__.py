"""Charts: drawings as SVG text, from arrays and texts alone; nothing here knows what a scan is.

Every drawing carries a title and a description for those who do not see it, the same data as a
table, and the line that says of which day and from where the data are. Nothing runs in the
reader's browser and nothing is fetched by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from technic._lazy import lazy_names

if TYPE_CHECKING:
    from technic.charts.drawing import Drawing, Table
    from technic.charts.flow_chart import flow
    from technic.charts.html_page import page
    from technic.charts.price_chart import candles
    from technic.charts.price_data import (
        Average,
        Level,
        PriceBars,
        RelativeLine,
        Shape,
        ShapePoint,
    )
    from technic.charts.provenance import Provenance
    from technic.charts.rating_chart import RatingPart, rating_bars
    from technic.charts.sparklines import sparkline
    from technic.charts.style import STYLE
    from technic.charts.tree_map import Tile, treemap
    from technic.charts.vote_chart import VoteCast, votes

__all__ = [
    "STYLE",
    "Average",
    "Drawing",
    "Level",
    "PriceBars",
    "Provenance",
    "RatingPart",
    "RelativeLine",
    "Shape",
    "ShapePoint",
    "Table",
    "Tile",
    "VoteCast",
    "candles",
    "flow",
    "page",
    "rating_bars",
    "sparkline",
    "treemap",
    "votes",
]

__getattr__ = lazy_names(
    __name__,
    {
        "STYLE": "technic.charts.style",
        "Average": "technic.charts.price_data",
        "Drawing": "technic.charts.drawing",
        "Level": "technic.charts.price_data",
        "PriceBars": "technic.charts.price_data",
        "Provenance": "technic.charts.provenance",
        "RatingPart": "technic.charts.rating_chart",
        "RelativeLine": "technic.charts.price_data",
        "Shape": "technic.charts.price_data",
        "ShapePoint": "technic.charts.price_data",
        "Table": "technic.charts.drawing",
        "Tile": "technic.charts.tree_map",
        "VoteCast": "technic.charts.vote_chart",
        "candles": "technic.charts.price_chart",
        "flow": "technic.charts.flow_chart",
        "page": "technic.charts.html_page",
        "rating_bars": "technic.charts.rating_chart",
        "sparkline": "technic.charts.sparklines",
        "treemap": "technic.charts.tree_map",
        "votes": "technic.charts.vote_chart",
    },
)


def __dir__() -> list[str]:
    return sorted(__all__)
