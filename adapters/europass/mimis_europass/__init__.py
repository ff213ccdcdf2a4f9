"""Europass: the ELM format, its rulebook, and the wallet."""
