"""A language server: findings as one types, their paths and repairs, for any editor that speaks the protocol.

Needs the extra `leaklint-db[lsp]`. Nothing here is imported by a plain run.
"""
