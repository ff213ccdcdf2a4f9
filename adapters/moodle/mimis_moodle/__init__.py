"""Source of completions: Moodle, over its REST web services."""
