"""Hooks of this adapter."""
