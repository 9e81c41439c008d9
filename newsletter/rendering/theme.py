"""Colours of a layout, from the newsletter's one colour: readable in light and in dark by construction.

Every text reaches a contrast of 4.5:1 against its ground (WCAG 2.2, 1.4.3). Colours always have six digits: Outlook
does not read three, and the compiler does not expand them.
"""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass

from newsletter.rendering.errors import InvalidLayout

SYSTEM_FONTS = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
CONTRAST = 4.5

_COLOUR = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})")
_FONT = re.compile(r"[A-Za-z0-9 ,'\"-]+")
_WHITE, _BLACK = "#ffffff", "#000000"
_SHEET, _DARK_SHEET = "#ffffff", "#1b222a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """All colours of one side, light or dark."""

    ground: str  # around the sheet
    sheet: str
    ink: str
    quiet: str  # dates, sources, footer
    line: str
    accent: str  # links and section headings, on the sheet
    band: str  # behind the newsletter's name
    on_band: str
    tile: str  # behind an event's date
    on_tile: str
    call: str  # behind a deadline
    on_call: str


def light_theme(colour: str) -> Theme:
    """Give the colours on white."""
    colour = six_digits(colour)
    band = bearing(colour)
    tile = mix(colour, _WHITE, 0.12)
    return Theme(
        ground="#eef1f4",
        sheet=_SHEET,
        ink="#17212b",
        quiet="#56636f",
        line="#dde3e8",
        accent=readable(colour, _SHEET),
        band=band,
        on_band=on(band),
        tile=tile,
        on_tile=readable(colour, tile),
        call="#fdf0df",
        on_call="#8a4a06",
    )


def dark_theme(colour: str) -> Theme:
    """Give the colours for readers whose system is dark."""
    colour = six_digits(colour)
    band = bearing(mix(colour, _BLACK, 0.8))
    tile = mix(colour, _DARK_SHEET, 0.35)
    return Theme(
        ground="#11161b",
        sheet=_DARK_SHEET,
        ink="#e8edf1",
        quiet="#a7b3be",
        line="#35404a",
        accent=readable(colour, _DARK_SHEET),
        band=band,
        on_band=on(band),
        tile=tile,
        on_tile=readable(mix(colour, _WHITE, 0.25), tile),
        call="#40301c",
        on_call="#f6c88f",
    )


def font_stack(font: str) -> str:
    """Give the fonts to try: the newsletter's own first, then the reader's system. Nothing is loaded from anywhere."""
    if not font:
        return SYSTEM_FONTS
    if not _FONT.fullmatch(font):
        raise InvalidLayout(
            f'font = {font!r}: give names like "Source Sans 3" or "Georgia, serif", separated by commas'
        )
    names = [name.strip().strip("'\"") for name in font.split(",")]
    return ",".join([f"'{name}'" if " " in name else name for name in names if name] + [SYSTEM_FONTS])


def six_digits(colour: str) -> str:
    """Give #rrggbb; InvalidLayout for anything that is no such colour."""
    found = _COLOUR.fullmatch(colour.strip().lower())
    if not found:
        raise InvalidLayout(f'colour = {colour!r}: write it with six digits, like "#1d4f73"')
    text = found.group()
    return text if len(text) == 7 else "#" + "".join(digit * 2 for digit in text[1:])


def readable(colour: str, ground: str) -> str:
    """Make a colour just so much darker or lighter that it can be read on the ground; its hue stays."""
    hue, lightness, saturation = rgb_to_hls(*(channel / 255 for channel in _channels(colour)))
    target = 0.0 if _luminance(ground) > 0.18 else 1.0
    for step in range(51):
        channels = hls_to_rgb(hue, lightness + (target - lightness) * step / 50, saturation)
        candidate = "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
        if contrast(candidate, ground) >= CONTRAST:
            return candidate
    return _BLACK if target == 0.0 else _WHITE


def on(ground: str) -> str:
    """Give white or near-black, whichever reads better on the ground."""
    return max((_WHITE, "#10161c"), key=lambda ink: contrast(ink, ground))


def bearing(ground: str) -> str:
    """Darken a ground on which neither white nor black can be read just so far that white can."""
    return ground if contrast(on(ground), ground) >= CONTRAST else readable(ground, _WHITE)


def mix(colour: str, other: str, share: float) -> str:
    """Blend two colours; `share` is the first one's part."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(one * share + two * (1 - share)):02x}" for one, two in pairs)


def contrast(one: str, two: str) -> float:
    """Give the contrast ratio of two colours (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
