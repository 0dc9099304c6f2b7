"""A small shop: orders over psycopg2's pool, a report over SQLAlchemy, a feed over asyncpg."""
