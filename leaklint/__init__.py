"""leaklint finds database connections that Python code takes and does not give back."""

__version__ = "0.1.0"
