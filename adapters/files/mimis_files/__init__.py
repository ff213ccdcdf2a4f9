"""Lists as a source: completions, validations and workplace attestations from CSV files."""
