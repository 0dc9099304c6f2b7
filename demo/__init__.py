"""The whole story against a real PostgreSQL: a service that leaks, what the server feels, the repair, the same load."""
