"""What people see of a result first: which rows, which columns, how their values read."""
