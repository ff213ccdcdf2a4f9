"""Hooks of an adapter whose library is not installed."""

raise ImportError("No module named 'canvasapi'")
