"""The store of facts: a table beside the bars to which rows are only ever added."""
