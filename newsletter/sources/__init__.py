"""Posts in: fetch, parse, identify, clean, store once.

Given sources (feeds, pages, folders), it leaves Posts with their own pictures. An error or an HTML page where a feed
should be changes no state but the source's health. It must never touch an address outside the public ones unless the
operator allows it, and never link another server's picture.
"""
