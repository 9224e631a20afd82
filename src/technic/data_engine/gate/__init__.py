"""The data gate: bars that cannot be right are found before they rank a symbol."""
