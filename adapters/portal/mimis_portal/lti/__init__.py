"""Pages that a learning platform opens by LTI 1.3, most often in a frame of its own."""
