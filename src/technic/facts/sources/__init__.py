"""What offices and vendors publish about companies, read from bytes into rows of facts."""
