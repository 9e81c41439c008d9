"""Ground: clock, ids, errors, tokens, settings and the log. Imports nothing of newsletter above it."""
