"""Issue to message: compile once an edition, splice a reader.

Given a FrozenIssue it leaves Editions (one a language, direction and layout) cut into cards; given an Edition and a
Digest it leaves a Message, by joining bytes. One code path for preview and send. It must never see an address list,
and no value of a post or person can leave its place in the mail.
"""
