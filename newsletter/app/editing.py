"""An editor's hand on an issue: texts, picks, drops and values, while it is not approved."""

from dataclasses import dataclass, field

from newsletter.app.app import App
from newsletter.app.content import content_of
from newsletter.app.status import find_issue
from newsletter.base.errors import NotFound
from newsletter.base.ids import PostId
from newsletter.db.engine import reading
from newsletter.issues import edit as editing
from newsletter.issues.issue import Issue
from newsletter.sources import store as source_store
