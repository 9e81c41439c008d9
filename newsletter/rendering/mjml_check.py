"""What the compiler does not check: tags, where they stand, their attributes and units. Each fault names its line.

The compiler takes an unknown tag, a misspelt attribute or a bare `0` without a word and prints a broken mail. What is
not listed here is refused: fonts, social icons and carousels load from the network or do not survive Outlook.

A document that was printed with the places of its tags (`places.py`) is told with those, any other with its own lines.
"""

import re

from newsletter.rendering.places import place_in, without_places

_TAG = re.compile(r"<(/?)(mj[a-z-]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>")
_JINJA_BLOCK = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ATTRIBUTE = re.compile(r"([a-z:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")

_BODY = ("mj-body", "mj-wrapper")
_CONTENT = ("mj-column",)
_PARENTS: dict[str, tuple[str, ...]] = {
    "mjml": ("",),
    "mj-head": ("mjml",),
    "mj-body": ("mjml",),
    "mj-title": ("mj-head",),
    "mj-preview": ("mj-head",),
    "mj-style": ("mj-head",),
    "mj-breakpoint": ("mj-head",),
    "mj-attributes": ("mj-head",),
    "mj-all": ("mj-attributes",),
    "mj-wrapper": ("mj-body", "mj-attributes"),
    "mj-section": (*_BODY, "mj-attributes"),
    "mj-group": ("mj-section", "mj-attributes"),
    "mj-column": ("mj-section", "mj-group", "mj-attributes"),
    "mj-raw": ("mj-head", *_BODY, "mj-section", "mj-group", *_CONTENT),
    "mj-text": (*_CONTENT, "mj-attributes"),
    "mj-image": (*_CONTENT, "mj-attributes"),
    "mj-button": (*_CONTENT, "mj-attributes"),
    "mj-divider": (*_CONTENT, "mj-attributes"),
    "mj-spacer": (*_CONTENT, "mj-attributes"),
    "mj-table": (*_CONTENT, "mj-attributes"),
}

_PADDING = {"padding", "padding-top", "padding-right", "padding-bottom", "padding-left"}
_FONT = {"font-family", "font-size", "font-style", "font-weight", "letter-spacing", "line-height", "color", "align"}
_BORDER = {"border", "border-top", "border-right", "border-bottom", "border-left", "border-radius"}
_BOX = _PADDING | {"css-class", "container-background-color"}
_GROUND = {"background-color", "css-class"}
_ATTRIBUTES: dict[str, set[str]] = {
    "mjml": {"lang", "dir"},
    "mj-body": {"width", *_GROUND},
    "mj-breakpoint": {"width"},
    "mj-all": {"font-family", "color", "line-height"} | _PADDING,
    "mj-wrapper": {"text-align", "full-width", "direction"} | _PADDING | _BORDER | _GROUND,
    "mj-section": {"text-align", "full-width", "direction"} | _PADDING | _BORDER | _GROUND,
    "mj-group": {"width", "vertical-align", "direction"} | _GROUND,
    "mj-column": {"width", "vertical-align", "direction", "inner-background-color"} | _PADDING | _BORDER | _GROUND,
    "mj-text": {"height", "text-decoration", "text-transform"} | _FONT | _BOX,
    "mj-image": {"src", "alt", "href", "width", "height", "align", "fluid-on-mobile", "target"} | _BORDER | _BOX,
    "mj-button": {"href", "width", "height", "background-color", "inner-padding", "text-decoration", "text-transform"}
    | _FONT
    | _BORDER
    | _BOX,
    "mj-divider": {"border-color", "border-style", "border-width", "width", "align"} | _BOX,
    "mj-spacer": {"height"} | _BOX,
    "mj-table": {"width", "cellpadding", "cellspacing", "role", "table-layout"} | _FONT | _BORDER | _BOX,
}

# How values are written, and how that is said.
_Pattern = tuple[re.Pattern[str], str]
_ANYTHING: _Pattern = (re.compile(r".*", re.DOTALL), "")
_LENGTH: _Pattern = (
    re.compile(r"-?\d+(?:\.\d+)?(?:px|%|em)|auto"),
    'every number needs a unit, zero too ("0px")',
)
_LINE: _Pattern = (
    re.compile(r"none|0px(?: none)?|\d+px (?:solid|dashed|dotted|double) #[0-9a-fA-F]{6}"),
    'write width, style and a colour with six digits, like "1px solid #1d4f73"',
)
_COLOUR: _Pattern = (
    re.compile(r"#[0-9a-fA-F]{6}|transparent|none|inherit"),
    'write a colour with six digits, like "#1d4f73"',
)
_PIXELS: _Pattern = (re.compile(r"\d+px"), 'write px, like "560px"')
_IN_PIXELS = {"mj-body", "mj-breakpoint", "mj-column", "mj-image"}
_SEVERAL = _PADDING | {"inner-padding", "border-radius"}  # attributes with up to four values
_PATTERNS: dict[str, _Pattern] = {
    **dict.fromkeys((*_SEVERAL, "border-width", "font-size", "height"), _LENGTH),
    **dict.fromkeys(_BORDER - {"border-radius"}, _LINE),
    **dict.fromkeys(
        ("color", "background-color", "container-background-color", "inner-background-color", "border-color"), _COLOUR
    ),
    "width": (re.compile(r"\d+(?:px|%)"), 'write px, like "560px"'),
    "line-height": (re.compile(r"\d+(?:\.\d+)?(?:px|%|em)?"), 'write it like "27px"'),
    "letter-spacing": (re.compile(r"normal|-?\d+(?:\.\d+)?(?:px|em)"), 'write it like "0.3px"'),
    "font-weight": (re.compile(r"normal|bold|[1-9]00"), 'write it like "700"'),
}
_CHOICES = {
    "align": ("left", "center", "right", "justify"),
    "border-style": ("solid", "dashed", "dotted"),
    "dir": ("ltr", "rtl", "auto"),
    "direction": ("ltr", "rtl"),
    "fluid-on-mobile": ("true",),
    "font-style": ("normal", "italic", "oblique"),
    "full-width": ("full-width",),
    "text-align": ("left", "center", "right"),
    "text-decoration": ("none", "underline", "overline", "line-through"),
    "text-transform": ("none", "capitalize", "uppercase", "lowercase"),
    "vertical-align": ("top", "middle", "bottom"),
}


def check_mjml(source: str) -> list[str]:
    """Give the faults of a document, each with its place; none for a document that compiles to what it says."""
    faults: list[str] = []
    open_tags = [("", "")]  # name and place
    # Comments are blanked, not removed: positions stay.
    text = _COMMENT.sub(_blank, source)
    for found in _TAG.finditer(text):
        closing, tag, attributes, alone = found[1], found[2], without_places(found[3]), found[4]
        line = f"line {text.count(chr(10), 0, found.start()) + 1}"
        opened, opened_at = open_tags[-1]
        if closing and opened != tag:
            # A closing tag has no attributes that could say where it stands; the one it does not fit has.
            is_traced = opened_at and not opened_at.startswith("line ")
            fault = f"<{opened}> is still open where </{tag}> stands" if is_traced else f"</{tag}> closes <{opened}>"
            return _once([*faults, f"{opened_at if is_traced else line}: {fault}"])
        if closing:
            open_tags.pop()
            continue
        place = place_in(found[3]) or line
        faults += [f"{place}: {fault}" for fault in _faults_of(tag, opened, attributes)]
        if not alone:
            open_tags.append((tag, place))
    return _once([*faults, *(f"{place}: <{tag}> is never closed" for tag, place in open_tags[-1:] if tag)])


def _once(faults: list[str]) -> list[str]:
    """A tag in a loop is many tags, and one fault."""
    return list(dict.fromkeys(faults))


def check_template(source: str) -> list[str]:
    """Give the faults of one template file, each with its line: of tags, attributes and units as they stand there.

    Where a tag stands, and what Jinja puts in, only the whole document shows.
    """
    faults: list[str] = []
    text = _COMMENT.sub(_blank, _JINJA_BLOCK.sub(_blank, source))
    for found in _TAG.finditer(text):
        closing, tag, attributes = found[1], found[2], found[3]
        line = f"line {text.count(chr(10), 0, found.start()) + 1}"
        if tag not in _PARENTS:
            faults.append(f"{line}: <{tag}> is no tag that a layout may use")
        elif not closing:
            faults += [f"{line}: {fault}" for fault in _attribute_faults(tag, attributes)]
    return faults


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _attribute_faults(tag: str, attributes: str) -> list[str]:
    values = {name: double or single for name, double, single in _ATTRIBUTE.findall(attributes)}
    known = _ATTRIBUTES.get(tag, set())
    faults = [f"<{tag}> has no attribute {name!r}" for name in values if name not in known]
    plain = {name: value for name, value in values.items() if name in known and "{{" not in value}
    return faults + [fault for name, value in plain.items() for fault in _value_faults(tag, name, value)]


def _faults_of(tag: str, parent: str, attributes: str) -> list[str]:
    if tag not in _PARENTS:
        return [f"<{tag}> is no tag that a layout may use"]
    faults = []
    if parent not in _PARENTS[tag]:
        faults.append(f"<{tag}> cannot stand in <{parent or 'nothing'}>")
    faults += _attribute_faults(tag, attributes)
    values = {name for name, _, _ in _ATTRIBUTE.findall(attributes)}
    if tag == "mj-column" and parent != "mj-attributes" and "width" not in values:
        faults.append("<mj-column> needs a width in px: without one it depends on its neighbours")
    return faults


def _value_faults(tag: str, name: str, value: str) -> list[str]:
    how = _how_to_write(tag, name, value)
    return [f'{name}="{value}" of <{tag}>: {how}'] if how else []


def _how_to_write(tag: str, name: str, value: str) -> str:
    """Say how a value is written that all mail programs understand; empty where it is."""
    if name in _CHOICES:
        return "" if value in _CHOICES[name] else f"one of {', '.join(_CHOICES[name])}"
    pattern, how = _PIXELS if name == "width" and tag in _IN_PIXELS else _PATTERNS.get(name, _ANYTHING)
    parts = value.split() if name in _SEVERAL else [value]
    return "" if all(pattern.fullmatch(part) for part in parts) else how
