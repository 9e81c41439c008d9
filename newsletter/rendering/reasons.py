"""The words of a reason, as the cards and the pages print them. What is sensitive today is never named."""

from binascii import a2b_qp
from collections.abc import Collection, Sequence

from newsletter.issues.digest import Chosen, Reason
from newsletter.rendering.edition import Edition, plain_reasons, source_reason, topic_reasons
from newsletter.rendering.strings import Strings
from newsletter.sources.source import Topic


def reason_words(edition: Edition, one: Chosen) -> str:
    """Give the words for one chosen story, from the very bytes of the text part."""
    return " ".join(a2b_qp(edition.text.reason(one)).decode().split())  # there it is wrapped


class ReasonsToday:
    """The words of reasons in one language with the topics of today, for pages that outlive their issue."""

    def __init__(self, topics: Sequence[Topic], strings: Strings) -> None:
        self._strings = strings
        self._plain, self._by_topic = plain_reasons(strings), topic_reasons(topics, strings)
        self._sensitive = {topic.slug for topic in topics if topic.sensitive}

    def words(self, reason: Reason, topic_id: int, *, source_name: str, topics: Collection[str]) -> str:
        """Give the words of a reason of a post with this source and these topics."""
        if reason is Reason.TOPIC:
            return self._by_topic.get(topic_id, self._plain[Reason.DISCREET])
        if reason is Reason.SOURCE and self._sensitive.isdisjoint(topics):
            return source_reason(source_name, self._strings)
        return self._plain[Reason.DISCREET if reason is Reason.SOURCE else reason]
