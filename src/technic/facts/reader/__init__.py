"""The reader: what was known of companies on any day."""

from technic.facts.reader.reader import FactReader
from technic.facts.reader.source import FactPart, FactSource
from technic.facts.reader.steps import FactSteps

__all__ = ["FactPart", "FactReader", "FactSource", "FactSteps"]
