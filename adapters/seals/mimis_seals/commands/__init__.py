"""``mimis seals``."""
