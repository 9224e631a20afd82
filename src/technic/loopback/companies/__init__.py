"""What a vendor says of simulated companies, in its format and with a key."""
