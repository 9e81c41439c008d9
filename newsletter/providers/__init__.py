"""Ways out: SMTP relays, HTTP mail APIs, a Maildir.

Given Outgoing messages, a Provider carries them, calls `intend` before any of them can leave and `report` exactly once
for each. It must never decide about a reader, retry by itself, or send what `intend` did not grant.
"""
