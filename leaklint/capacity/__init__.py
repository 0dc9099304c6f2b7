"""How many connections a project's pools may open, and whether the database has room for them."""
