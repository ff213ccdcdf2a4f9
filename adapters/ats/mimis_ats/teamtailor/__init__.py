"""Teamtailor: candidates are found with the customer's key, results written with the partner's."""
