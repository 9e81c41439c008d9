"""Understands documents: bytes in, fetched posts out. Pure but for what it asks the fetcher for."""
