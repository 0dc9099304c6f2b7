"""Answers of earlier runs, kept on disk and believed only where everything they rest on is as it was.

- `identity`: which leaklint gave an answer. Another one's are not looked at.
- `stamps`: what a file holds, told from its size and times where that is safe, else by reading it.
- `record`: what is kept: for each file its findings, and the facts that they rest on, each with what it was then.
- `seal`: what a whole question looked at, so that the same question again decodes nothing else.
- `store`: the directory: a file for each project and way of asking, and its seal, each replaced as a whole, and checked
  by its digest.

A file in the cache that is damaged, foreign or of another leaklint says nothing; a directory that cannot be written to
is gone without. Nothing here can make a run fail or change what it says.
"""
