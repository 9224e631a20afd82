"""Examples of answers for the description of the routes: what they said of the simulated market.

``scripts/make-api-examples`` writes the file; a test holds that routes still answer so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["EXAMPLES", "add_examples"]

EXAMPLES = Path(__file__).with_name("examples.json")
JSON = "application/json"


def add_examples(document: dict[str, Any]) -> None:
    """Add to the OpenAPI ``document`` an example of each answer that there is one of."""
    for route, example in json.loads(EXAMPLES.read_text(encoding="utf-8")).items():
        method, path = route.split(" ")
        answers = document["paths"][path][method.lower()]["responses"]
        good = next(code for code in answers if code.startswith("2"))
        answers[good]["content"][JSON]["example"] = example
