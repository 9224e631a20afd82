"""Studies in the service: what is asked, what is kept of one, and what is read of it again."""
