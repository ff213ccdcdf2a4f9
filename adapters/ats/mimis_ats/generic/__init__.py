"""Systems without an open API: files that they read from a folder, and a list of employees' credentials for HR."""
