"""The ESCO classification: its official files read, searched and shown."""
