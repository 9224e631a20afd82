"""Values of checked expressions, for blocks and for the market."""
