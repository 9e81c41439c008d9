"""Judges who may send for a domain by its SPF record (RFC 7208). Whether that names your relay, only you can tell."""

from newsletter.app.dns_words import LookUp, Published

_MOST_LOOK_UPS = 10  # RFC 7208, section 4.6.4: with more, receivers take the record for broken
_LOOKED_UP = ("include:", "exists:", "redirect=", "a", "mx", "ptr")


def judge_spf(domain: str, look_up: LookUp) -> Published:
    """Give the verdict on a domain's record. Raises LookUpFailed."""
    records = _records(domain, look_up)
    if not records:
        words = f"{domain} has no SPF record: large receivers refuse bulk mail of such a domain"
        return Published(verdict="warning", words=words)
    if len(records) > 1:
        return Published(verdict="bad", words=f"{domain} has {len(records)} SPF records; receivers take that for none")
    terms = records[0].lower().split()[1:]
    if "+all" in terms or "all" in terms:
        return Published(verdict="bad", words=f"{domain} lets everybody send in its name (+all in its SPF record)")
    count = _look_ups(terms, look_up, set())
    if count > _MOST_LOOK_UPS:
        words = f"the SPF record of {domain} takes more than {_MOST_LOOK_UPS} look-ups: receivers take it for broken"
        return Published(verdict="bad", words=words)
    if not any(term in {"-all", "~all"} or term.startswith("redirect=") for term in terms):
        words = f"the SPF record of {domain} forbids nobody to send in its name: it ends with neither -all nor ~all"
        return Published(verdict="warning", words=words)
    return Published(verdict="good", words=f"{records[0]}; see that it names the relay or provider")


def _records(domain: str, look_up: LookUp) -> list[str]:
    return [one for one in look_up(domain) if one.lower() == "v=spf1" or one.lower().startswith("v=spf1 ")]


def _look_ups(terms: list[str], look_up: LookUp, seen: set[str]) -> int:
    """Count what a receiver has to look up, through includes; it need not count further than to too many."""
    count = 0
    for term in (one.lstrip("+-~?") for one in terms):
        name = term.partition(":")[0].partition("/")[0]
        if not (term.startswith(_LOOKED_UP[:3]) or name in _LOOKED_UP[3:]):
            continue
        count += 1
        other = term.partition(":")[2] or term.partition("=")[2]
        if term.startswith(("include:", "redirect=")) and "%" not in other and other not in seen:
            seen.add(other)
            for record in _records(other, look_up):
                count += _look_ups(record.lower().split()[1:], look_up, seen)
        if count > _MOST_LOOK_UPS:
            break
    return count
