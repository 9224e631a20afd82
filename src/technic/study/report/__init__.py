"""The report of a study: one page in one file, which fetches nothing, prints and mails."""
