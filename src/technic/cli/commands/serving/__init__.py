"""Commands that serve or publish: the service, its keys, agents, pages as files, a market."""
