"""Open Badges 3.0 for mimis: a format, two ways to sign it, an Ed25519 key, and the check of anybody's badge."""
