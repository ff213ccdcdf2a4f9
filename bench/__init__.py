"""What mimis costs beyond the bare work under it, measured on one machine in one run."""
