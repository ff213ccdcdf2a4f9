"""A third party's adapter: a source that reads a list from its own settings."""
