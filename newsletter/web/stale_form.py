"""A form says what it showed: pure. What a person left as it was shown is not written over what was changed meanwhile.

Two tabs, or two mails, show the same choices; saving the second must not take back what the first has changed. What was
shown comes back with the form and is no secret; it can only take fields away from what is saved.
"""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlencode

SHOWN = "shown"
_MOST_FIELDS = 500


def shown_state(fields: Mapping[str, str]) -> str:
    """Give what a form shows, for its hidden field."""
    return urlencode(sorted(fields.items()))


def without_stale(
    form: Mapping[str, str], now: Mapping[str, str], *, group: Callable[[str], str] = str
) -> dict[str, str]:
    """Take away the fields that were sent as they were shown, while they are other by now. What was typed counts.

    `group` names what a field is a part of: the boxes of the days are one choice. A form that does not say what it
    showed is taken as it is.
    """
    shown = _read(form.get(SHOWN, ""))
    if not shown:
        return dict(form)
    was, sent, present = (_by_group(one, group) for one in (shown, form, now))
    stale = {name for name in sent if sent[name] == was.get(name, {}) and present.get(name, {}) != was.get(name, {})}
    return {name: value for name, value in form.items() if group(name) not in stale}


def _by_group(fields: Mapping[str, str], group: Callable[[str], str]) -> dict[str, dict[str, str]]:
    """Give the fields of each choice; an empty one is as good as none."""
    found: dict[str, dict[str, str]] = {}
    for name, value in fields.items():
        mine = found.setdefault(group(name), {})
        if value:
            mine[name] = value
    return found


def _read(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}
