"""What a scan is asked, reads and computes."""
