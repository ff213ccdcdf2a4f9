"""The EU's trusted lists: taken in, checked and kept for use without a network."""
