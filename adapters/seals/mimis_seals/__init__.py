"""Seals: the key that seals, the JAdES form that Europass reads, and the check of anybody's seal."""
