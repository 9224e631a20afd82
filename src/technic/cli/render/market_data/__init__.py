"""What is said of data: a store, a plan of requests, a sync, and who could not be had."""
