"""Studies and sweeps as people read them."""
