"""``mimis files``: templates, a look before a list is read, what its headings mean, and the catalogue in Excel."""
