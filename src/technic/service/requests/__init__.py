"""What a request brings: who calls, and which uploads it names."""
