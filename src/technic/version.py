"""The version, and the name under which it is installed, where everything reads them from."""

__all__ = ["DISTRIBUTION", "__version__"]

__version__ = "0.2.0"

DISTRIBUTION = "technic-scanner"
"""What pip installs; ``technic`` on the package index is another project."""
