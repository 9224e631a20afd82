"""Who may do what: keys, sessions of the pages, and what every request is held to."""
