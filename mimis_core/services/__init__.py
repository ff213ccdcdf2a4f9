"""Queries and decisions scoped to one organisation: the only way from adapters and pages to the data."""
