"""The credential as a document of the European Learning Model: written from an order, and read back."""
