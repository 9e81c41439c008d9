"""Ids as types, so that a post's id cannot be passed for a story's.

Every id is a positive integer that its table never uses twice. SubscriberId belongs to `subscribers`.
"""

from typing import NewType

SourceId = NewType("SourceId", int)
PostId = NewType("PostId", int)
StoryId = NewType("StoryId", int)
NewsletterId = NewType("NewsletterId", int)
IssueId = NewType("IssueId", int)
DeliveryId = NewType("DeliveryId", int)
Epoch = NewType("Epoch", int)
