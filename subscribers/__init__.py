"""Who may be mailed, and why? Nothing else, and nothing of newsletter.

Given: joins, imports, confirmations, departures, suppressions. It leaves: two doors, `members(db, lists, segment)` and,
at the moment of claiming, `still_mailable(db, ids)`. It must never let sending code bend consent: neither door yields
a suppressed, unconfirmed or departed person. Follows, mutes and opt-outs are opaque keys here ("topic:funding",
"newsletter:weekly"). Ids are never used twice.
"""
