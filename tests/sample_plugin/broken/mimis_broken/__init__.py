"""An adapter that cannot be imported, as when a library is missing."""
