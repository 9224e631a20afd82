"""Where blocks of symbols run; the answer never depends on it."""
