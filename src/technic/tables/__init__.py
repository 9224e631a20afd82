"""Tables in files that people have: where their header is, what their columns mean and hold."""
