"""Whether a certificate was revoked: the proofs in a file, and those that its authority gives."""
