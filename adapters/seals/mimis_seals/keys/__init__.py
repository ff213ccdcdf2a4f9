"""The keys that seal, wherever they are kept, and the certificates that say whose they are."""
