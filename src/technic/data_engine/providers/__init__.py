"""Where bars come from: one small file for each provider, behind one protocol."""
