"""What all parts of the data engine speak of: requests, answers, providers, coverage."""
