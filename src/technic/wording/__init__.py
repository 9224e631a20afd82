"""Words of messages: counts with their nouns, and the known word that was likely meant."""
