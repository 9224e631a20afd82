"""Text from outside: rid of what a terminal would obey, kept short, rid of keys."""
