"""Checks anybody's seal, and says why."""
