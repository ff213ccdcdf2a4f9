"""The rulebook: what the official shapes and lists ask of a document, and whether one keeps to it."""
