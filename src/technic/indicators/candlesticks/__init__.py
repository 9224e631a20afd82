"""Candlestick patterns and Heikin-Ashi bars."""
