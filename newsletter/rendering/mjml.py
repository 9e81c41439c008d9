"""The MJML compiler behind one function: no web fonts, one canonical form of blanks, errors that name the place."""

import re
from collections.abc import Callable

from jinja2 import Environment
from mjml import mjml2html

from newsletter.rendering.errors import InvalidLayout, faults_of_layout
from newsletter.rendering.markup_check import check_markup
from newsletter.rendering.mjml_check import check_mjml
from newsletter.rendering.templates import layout_name, template_faults
from newsletter.rendering.tracing import traced

_POSITION = re.compile(r"position (\d+):(\d+)")
_BREAK_BETWEEN_TAGS = re.compile(r">\s*\n\s*<")
_BREAK = re.compile(r"\s*\n\s*")


def compile_mjml(source: str, name: str) -> str:
    """Check and compile MJML to HTML without line breaks. The same source gives the same bytes in every process."""
    faults = check_mjml(source)
    if faults:
        raise InvalidLayout(f"{name}, once filled: " + "; ".join(faults[:5]))
    try:
        html = mjml2html(source, fonts={})
    except ValueError as error:
        raise InvalidLayout(f"{name}: {error}{_line_at(source, str(error))}") from error
    return _BREAK.sub(" ", _BREAK_BETWEEN_TAGS.sub("><", html.strip())) + "\n"


def compile_layout(environment: Environment, layout: str, printed: Callable[[Environment], str]) -> str:
    """Compile what a layout prints; InvalidLayout tells each fault with the file and line that it stands in."""
    source = printed(environment)
    try:
        return compile_mjml(source, layout_name(layout))
    except InvalidLayout as error:
        tracked = printed(traced(environment))
        faults = [*template_faults(environment, layout), *check_mjml(tracked)]
        found = list(dict.fromkeys(faults)) or check_markup(tracked)
        if not found:
            raise
        raise faults_of_layout(found) from error


def _line_at(source: str, message: str) -> str:
    """The compiler counts octets; people count lines."""
    found = _POSITION.search(message)
    if not found:
        return "; a tag is not closed, or an attribute is not quoted"
    line = source.encode()[: int(found[1])].count(b"\n")
    return f" (line {line + 1} of the filled template: {source.splitlines()[line].strip()[:80]!r})"
