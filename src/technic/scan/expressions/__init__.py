"""What a scan says in the scan language: conditions, columns, an order, and their values."""
