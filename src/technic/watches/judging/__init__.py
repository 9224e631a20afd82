"""What a session means for a watch: who came in, who went out."""
