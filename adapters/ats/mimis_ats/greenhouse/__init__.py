"""Greenhouse: candidates are found through the Harvest API, and one removable pointer is kept for each share."""
