"""The catalogue in Excel: one sheet for each entry, so that its content can go through several rounds of review."""
