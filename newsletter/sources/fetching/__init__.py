"""Gets bytes from outside: guarded, conditional, capped, and polite to the servers it asks."""
