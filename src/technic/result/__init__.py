"""What a scan answers: table, ledger, saved folders, differences, one symbol."""
