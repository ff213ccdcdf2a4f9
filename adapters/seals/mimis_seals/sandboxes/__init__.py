"""Stand-ins of certificate authorities, timestamp and signing services, and of the trusted lists."""
