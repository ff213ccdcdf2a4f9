"""Open edX as a source of completions."""
