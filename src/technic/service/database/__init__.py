"""Tables of the service, on SQLite or PostgreSQL, and how an older database becomes a new one."""
