"""What a notebook is shown while it waits."""
