"""Options of the command line: their declarations, and the config they make."""
