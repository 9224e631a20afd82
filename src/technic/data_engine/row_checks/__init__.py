"""Rows as people have them: days held against the sessions, rows twice, rows that are no bars."""
