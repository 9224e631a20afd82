"""How fast, measured on the user's machine: four ways to get and scan a market, in one run."""
