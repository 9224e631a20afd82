"""Bars from files of the user."""
