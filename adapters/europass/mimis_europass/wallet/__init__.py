"""The Europass wallet: the courier to it, and a stand-in that behaves as the real one was read to behave."""
