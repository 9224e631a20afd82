"""``python -m technic``: the command line."""

from technic.cli import main

if __name__ == "__main__":
    main()
