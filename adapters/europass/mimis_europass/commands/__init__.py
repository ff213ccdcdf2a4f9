"""``mimis europass`` and ``mimis elm``, one module for each."""
