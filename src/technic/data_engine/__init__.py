"""How bars get here: providers, adjustment, the data gate, the cache a batch hands over."""
