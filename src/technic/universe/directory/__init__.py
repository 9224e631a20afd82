"""The exchanges' directory of symbols: each day kept, and all days as one universe file."""
