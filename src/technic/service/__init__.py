"""The service: scans, studies, symbols and data over HTTP, for programs and for the pages.

It stands below the command line, which starts it, and above everything else; nothing imports it.
Its extra is ``service``: FastAPI, uvicorn, SQLAlchemy.
"""
