"""Jobs: what was asked for, what became of it, and the processes that carry it out."""
