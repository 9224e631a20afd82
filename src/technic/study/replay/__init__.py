"""The scan of every past day in one pass, each day as `technic scan --as-of` gives it."""
