"""Keeps pictures of our own: fetched once, scaled, stored under their hash."""
