"""Where messages go, and the sender that works the outbox."""
