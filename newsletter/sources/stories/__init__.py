"""Tells which posts are the same post, and which tell the same story."""
