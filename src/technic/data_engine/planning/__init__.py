"""The fewest requests that bring what is missing, and the proof."""
