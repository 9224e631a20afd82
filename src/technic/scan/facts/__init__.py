"""Facts of companies in a scan: opened when an expression names one, handed to the blocks."""
