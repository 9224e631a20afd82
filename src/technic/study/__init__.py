"""Studies: past scans replayed, and what their hits were worth."""
