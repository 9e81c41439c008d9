"""Judges what a domain asks receivers to do with mail that is not its own (RFC 9989)."""

from newsletter.app.dns_words import LookUp, Published, tags_of

_OVER = ("pct", "rf", "ri")  # tags that RFC 9989 took away
_MOST_LABELS = 8  # RFC 9989, section 4.10: of a longer name the walk leaves labels out


def judge_dmarc(domain: str, look_up: LookUp) -> Published:
    """Give the verdict on the record that holds for a From domain: its own, else the nearest above it.

    The walk ends below the top-level domain: what a registry publishes there is no policy of the sender's. Raises
    LookUpFailed.
    """
    for name in _walk(domain):
        records = [one for one in look_up(f"_dmarc.{name}") if tags_of(one).get("v") == "DMARC1"]
        if len(records) > 1:
            words = f"_dmarc.{name} has {len(records)} records; receivers take that for none"
            return Published(verdict="bad", words=words)
        if records:
            return _judged(name, domain, tags_of(records[0]))
    words = f"{domain} has no DMARC record: large receivers refuse bulk mail of such a domain"
    return Published(verdict="warning", words=words)


def _walk(domain: str) -> list[str]:
    labels = domain.split(".")
    starts = [0, *range(max(1, len(labels) - _MOST_LABELS + 1), len(labels) - 1)]
    return [".".join(labels[start:]) for start in starts]


def _judged(name: str, domain: str, tags: dict[str, str]) -> Published:
    policy = tags.get("p", "none") if name == domain else tags.get("sp", tags.get("p", "none"))
    if policy not in {"none", "quarantine", "reject"}:
        return Published(verdict="bad", words=f"_dmarc.{name} has a policy that does not exist: {policy}")
    over = [tag for tag in _OVER if tag in tags]
    if over:
        words = f"_dmarc.{name} asks for {policy}; it has tags that mean nothing any more: {', '.join(over)}"
        return Published(verdict="warning", words=words)
    return Published(verdict="good", words=f"_dmarc.{name} asks for {policy}")
