"""The database: tables, session factory and migrations. For services, jobs and commands, never for adapters."""
