"""Parameter sweeps: a grid of points in one replay, tuned and held out told apart."""
