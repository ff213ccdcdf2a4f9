"""The commands that this adapter adds."""
