"""The catalog's claims, run against real servers."""
