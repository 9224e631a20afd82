"""The reader: what was known of companies on any day."""

from technic.facts.reader._split_index import SplitIndex
from technic.facts.reader.coverage import FieldCoverage, coverage
from technic.facts.reader.reader import ClosesOn, FactReader
from technic.facts.reader.source import FactPart, FactSource
from technic.facts.reader.steps import FactSteps, read_steps

__all__ = [
    "ClosesOn",
    "FactPart",
    "FactReader",
    "FactSource",
    "FactSteps",
    "FieldCoverage",
    "SplitIndex",
    "coverage",
    "read_steps",
]
