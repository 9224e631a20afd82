"""Requests on their way: pace, retries, pages, transports."""
