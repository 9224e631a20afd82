"""Messages of watches: a short form, a long form, and fields for programs."""
