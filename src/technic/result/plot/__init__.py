"""What a result holds of one symbol, drawn."""
