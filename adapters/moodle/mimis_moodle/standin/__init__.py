"""Parts of the Moodle sandbox: the wire, the refusals, what a site holds, and its functions."""
