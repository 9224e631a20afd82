"""Facts: fundamentals, earnings days, short interest and float, as they were known on a day."""
