"""Makes seals, and raises those that were made before."""
