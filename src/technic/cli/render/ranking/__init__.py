"""The ranked table of a terminal: its columns, small charts, links, and marks."""
