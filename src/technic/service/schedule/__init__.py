"""The schedule: after each close of the exchange a sync, then the configured scans, then diffs."""
