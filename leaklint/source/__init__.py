"""Files: which ones to check, their text, the comments in them that silence findings, and where modules lie."""
