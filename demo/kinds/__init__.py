"""One leak each, as it is written in earnest. `setup(dsn)` makes what all requests share; `handle(shared, number)` is
one request. Every fifth request is a bad one, and raises ValueError."""
