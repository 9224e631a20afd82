"""Tools for agents over the Model Context Protocol: nine of them, and none changes any data.

Over HTTP they are under ``/mcp`` of the service, over standard input and output they are
``technic mcp``. The extra is ``mcp``.
"""
