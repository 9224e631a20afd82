"""Concepts: about forty canonical names, and by which tags companies of each kind file them."""

from technic.facts.concepts.catalog import Catalog, Concept, Route, catalog, concept_of, route_of

__all__ = ["Catalog", "Concept", "Route", "catalog", "concept_of", "route_of"]
