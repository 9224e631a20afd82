"""Health checks: the installation, the settings, a vendor and its key."""
