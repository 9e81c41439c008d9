"""Tells when and where an event is, and until when a call is open."""
