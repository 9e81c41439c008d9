"""The motifs of the sample pictures: each paints abstract shapes over a ground, in the colours that it is given.

No chance is involved: what looks scattered follows the golden ratio, so that the same call paints the same picture.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from PIL import Image, ImageColor, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1920, 1200
Motif = Callable[[Image.Image, Sequence[str]], None]
_GOLDEN = (math.sqrt(5) - 1) / 2
_SILVER = math.sqrt(2) - 1


def circles(ground: Image.Image, colours: Sequence[str]) -> None:
    """Large circles that overlap."""
    pen = _pen(ground)
    for number, colour in enumerate(colours):
        angle = math.tau * number / len(colours) - math.pi / 2
        _disc(pen, WIDTH / 2 + 300 * math.cos(angle), HEIGHT / 2 + 230 * math.sin(angle), 330, _clear(colour, 150))
    _disc(pen, WIDTH / 2, HEIGHT / 2, 120, "#ffffff")


def seats(ground: Image.Image, colours: Sequence[str]) -> None:
    """Rows of seats before the light of a stage."""
    light, plain, taken = colours
    with _glow(ground, light, 60) as stage:
        stage.ellipse((360, -420, WIDTH - 360, 420), fill=_clear(light, 230))
    pen = _pen(ground)
    for row in range(9):
        y, size = 420 + 92 * row, 15 + 3 * row
        count = 26 - row
        for seat in range(count):
            x = WIDTH / 2 + (seat - (count - 1) / 2) * (62 + 7 * row)
            lift = 90 * ((x - WIDTH / 2) / WIDTH) ** 2 * 4
            full = _scatter(row * 31 + seat) < 0.82
            _disc(pen, x, y - lift, size, _clear(taken if full else plain, 235 if full else 110))


def bars(ground: Image.Image, colours: Sequence[str]) -> None:
    """Rounded bars that grow to the right."""
    pen = _pen(ground)
    count = 12
    for number in range(count):
        height = 160 + 760 * (number / (count - 1)) ** 1.4 + 70 * _scatter(number)
        x = 150 + number * 138
        box = (x, HEIGHT - 90 - height, x + 92, HEIGHT - 90)
        pen.rounded_rectangle(box, radius=46, fill=_clear(colours[number % len(colours)], 225))


def cells(ground: Image.Image, colours: Sequence[str]) -> None:
    """Cells side by side, one of them different."""
    pen = _pen(ground)
    for number in range(34):
        x, y = WIDTH * _scatter(number), HEIGHT * _scatter(number, _SILVER)
        size = 95 + 60 * _scatter(number, 0.31)
        colour = colours[2] if number == 13 else colours[number % 2]
        _disc(pen, x, y, size, _clear(colour, 105))
        _disc(pen, x + size * 0.15, y - size * 0.1, size * 0.36, _clear(colour, 190))


def helix(ground: Image.Image, colours: Sequence[str]) -> None:
    """A double helix of dots and rungs."""
    pen = _pen(ground)
    first, second, rung = colours
    for step in range(64):
        x = 40 + step * 29
        turn = step / 64 * math.tau * 2.1
        up, down = HEIGHT / 2 + 330 * math.sin(turn), HEIGHT / 2 - 330 * math.sin(turn)
        if step % 2 == 0:
            pen.line((x, up, x, down), fill=_clear(rung, 90), width=7)
        near = 18 + 11 * math.cos(turn)
        _disc(pen, x, up, near + 8, _clear(first, 240))
        _disc(pen, x, down, 44 - near, _clear(second, 240))


def network(ground: Image.Image, colours: Sequence[str]) -> None:
    """Points, joined to those nearby."""
    pen = _pen(ground)
    line, point = colours
    points = [(WIDTH * _scatter(number), HEIGHT * _scatter(number, _SILVER)) for number in range(70)]
    for number, (x, y) in enumerate(points):
        for other_x, other_y in points[:number]:
            distance = math.hypot(other_x - x, other_y - y)
            if distance < 330:
                pen.line((x, y, other_x, other_y), fill=_clear(line, int(150 * (1 - distance / 330)) + 20), width=4)
    for number, (x, y) in enumerate(points):
        _disc(pen, x, y, 26 if number % 9 == 0 else 11, _clear(line if number % 9 == 0 else point, 245))


def arcs(ground: Image.Image, colours: Sequence[str]) -> None:
    """Pages of light, fanned out like an open book."""
    pen = _pen(ground)
    for number in range(15):
        width = 120 + 58 * number
        box = (WIDTH / 2 - width, 980 - width * 0.95, WIDTH / 2 + width, 980 + width * 0.95)
        pen.arc(box, 190, 350, fill=_clear(colours[number % len(colours)], 225 - 9 * number), width=24)


def waves(ground: Image.Image, colours: Sequence[str]) -> None:
    """Waves, one before the other."""
    pen = _pen(ground)
    for number, colour in enumerate(colours):
        base = 330 + number * 200
        edge = [
            (x, base + 85 * math.sin(x / 250 + number * 1.7) + 35 * math.sin(x / 95 + number))
            for x in range(0, WIDTH + 20, 20)
        ]
        pen.polygon([(0, HEIGHT), *edge, (WIDTH, HEIGHT)], fill=_clear(colour, 190))


def globe(ground: Image.Image, colours: Sequence[str]) -> None:
    """A globe of dots, with arcs from place to place."""
    dot, arc = colours
    with _glow(ground, dot, 30) as air:
        _disc(air, WIDTH / 2, HEIGHT / 2, 500, _clear(dot, 36))
    pen = _pen(ground)
    for number in range(900):
        height = 1 - 2 * (number + 0.5) / 900
        turn = math.tau * number * _GOLDEN
        ring = math.sqrt(1 - height * height)
        if math.sin(turn) * ring > -0.15:
            near = 3 + 6 * max(0.0, math.sin(turn) * ring)
            _disc(pen, WIDTH / 2 + 480 * ring * math.cos(turn), HEIGHT / 2 + 480 * height, near, _clear(dot, 220))
    for x, y, width, height in ((560, 380, 620, 360), (760, 560, 560, 300), (640, 300, 420, 520)):
        pen.arc((x, y, x + width, y + height), 185, 355, fill=_clear(arc, 235), width=9)
        for end in (x + 6, x + width - 6):
            _disc(pen, end, y + height / 2 - 16, 17, _clear(arc, 255))


def rays(ground: Image.Image, colours: Sequence[str]) -> None:
    """A beam of light that opens into its colours."""
    pen = _pen(ground)
    for number in range(20):
        top, bottom = -140 + number * 74, -140 + (number + 1) * 74
        colour = _clear(colours[number * len(colours) // 20], 150 + 5 * number)
        pen.polygon([(260, 590), (WIDTH, top), (WIDTH, bottom)], fill=colour)
    with _glow(ground, "#ffffff", 16) as light:
        _disc(light, 260, 590, 74, "#ffffff")


def stripes(ground: Image.Image, colours: Sequence[str]) -> None:
    """Lanes of bands, as on a screen of sequences."""
    pen = _pen(ground)
    for lane in range(16):
        for band in range(30):
            chance = _scatter(lane * 30 + band, _SILVER)
            colour = _clear(colours[(lane + int(chance * 8)) % len(colours)], 60 + int(190 * chance))
            box = (70 + lane * 112, 60 + band * 37, 152 + lane * 112, 74 + band * 37 + int(10 * chance))
            pen.rounded_rectangle(box, radius=8, fill=colour)


def paths(ground: Image.Image, colours: Sequence[str]) -> None:
    """Ways that wind, and one that leads through."""
    pen = _pen(ground)
    for number in range(7):
        is_chosen = number == 3
        points = [
            (x, 150 + number * 150 + (40 if is_chosen else 130) * math.sin(x / (300 + 40 * number) + number * 2))
            for x in range(-40, WIDTH + 60, 20)
        ]
        colour = _clear(colours[2], 250) if is_chosen else _clear(colours[number % 2], 120)
        pen.line(points, fill=colour, width=40 if is_chosen else 22, joint="curve")
        if is_chosen:
            for x, y in points[8::16]:
                _disc(pen, x, y, 34, "#ffffff")


def skyline(ground: Image.Image, colours: Sequence[str]) -> None:
    """A city's skyline with a tower, in the evening."""
    dark, light = colours
    with _glow(ground, "#fff3d6", 8) as sun:
        _disc(sun, 1330, 430, 170, _clear("#fff3d6", 220))
    pen = _pen(ground)
    for depth, colour, alpha in ((0, light, 150), (1, dark, 240)):
        for number in range(18):
            height = 150 + 270 * _scatter(number + 40 * depth) - 60 * depth
            x = number * 112 - 30 * depth
            pen.rectangle((x, HEIGHT - 90 - height, x + 100, HEIGHT), fill=_clear(colour, alpha))
    pen.polygon([(594, HEIGHT), (606, 240), (614, 240), (626, HEIGHT)], fill=_clear(dark, 255))
    pen.line((610, 90, 610, 260), fill=_clear(dark, 255), width=7)
    _disc(pen, 610, 400, 62, _clear(dark, 255))


def _pen(ground: Image.Image) -> ImageDraw.ImageDraw:
    """Give a pen that lets the ground shine through colours that are not solid."""
    return ImageDraw.Draw(ground, "RGBA")


@contextmanager
def _glow(ground: Image.Image, colour: str, blur: int) -> Iterator[ImageDraw.ImageDraw]:
    """Give a pen for a layer of one colour, which is laid over the ground with soft edges."""
    layer = Image.new("RGBA", ground.size, _clear(colour, 0))  # clear black would leave a dark rim
    yield ImageDraw.Draw(layer)
    soft = layer.filter(ImageFilter.GaussianBlur(blur))
    ground.paste(soft, mask=soft)


def _disc(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: str | tuple[int, int, int, int]) -> None:
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _clear(colour: str, alpha: int) -> tuple[int, int, int, int]:
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return red, green, blue, alpha


def _scatter(number: int, ratio: float = _GOLDEN) -> float:
    """Give a number from 0 to 1; those of neighbours lie far apart."""
    return (number * ratio + 0.5) % 1
