"""The day's result as plain files for any static host: pages, tables as JSON, a feed.

It fills the service's templates with what one scan found, so it stands above the service; nothing
in it runs in a browser, nothing is fetched, and its files depend on the day's result alone.
"""
