"""Draws the pictures of the sample posts: the same name always gives the same picture.

Drawn at twice the size and scaled down, which is what makes the edges smooth.
"""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from newsletter.demo import motifs
from newsletter.demo.motifs import HEIGHT, WIDTH, Motif

# name: the motif, its ground from top to bottom, and its colours
_PICTURES: dict[str, tuple[Motif, tuple[str, str], tuple[str, ...]]] = {
    "vision": (motifs.circles, ("#eaf4f4", "#cfe5ea"), ("#1d4f73", "#2a7f9e", "#3fae9b", "#7cc6a4", "#f2b84b")),
    "conference": (motifs.seats, ("#14213d", "#3a2a5d"), ("#f7d08a", "#7d6ba8", "#b79ced")),
    "funding": (motifs.bars, ("#fff4e2", "#ffdcb5"), ("#e4572e", "#f29e4c", "#f1c453")),
    "cells": (motifs.cells, ("#fdeff2", "#f5cfd8"), ("#c9577b", "#e08aa4", "#2f6690")),
    "helix": (motifs.helix, ("#0b2545", "#13476b"), ("#8be0d4", "#f7b267", "#dfe8f1")),
    "network": (motifs.network, ("#10192b", "#1f3a52"), ("#6fd1e7", "#f2f7fb")),
    "training": (motifs.arcs, ("#fffbe9", "#fbe7b2"), ("#e9a23b", "#d1603d", "#4f6d7a")),
    "prevention": (motifs.waves, ("#fff5f2", "#fde3dc"), ("#d64550", "#e98a5b", "#9cc069", "#3d9970")),
    "globe": (motifs.globe, ("#0d1b2a", "#1b3a4b"), ("#7fd1ae", "#f4d35e")),
    "film": (motifs.rays, ("#1a1423", "#372549"), ("#ef6f6c", "#f7b267", "#f4e285", "#84c7a5", "#5b8fd6")),
    "growth": (motifs.bars, ("#e9f2fb", "#c4dcf2"), ("#123c69", "#2b6cb0", "#63a4e0")),
    "sequence": (motifs.stripes, ("#10151f", "#1c2636"), ("#4cc9f0", "#f72585", "#fee440", "#80ed99")),
    "community": (motifs.network, ("#f0f7ee", "#d3e8d0"), ("#2f855a", "#22543d")),
    "paths": (motifs.paths, ("#f4f1fb", "#dcd3f2"), ("#5b4b9a", "#8d7bd1", "#e07a5f")),
    "berlin": (motifs.skyline, ("#fcd9b6", "#f39b8b"), ("#3d405b", "#5b5f87")),
}
NAMES = tuple(_PICTURES)


def draw(name: str) -> bytes:
    """Draw a picture; gives a JPEG."""
    motif, (top, bottom), colours = _PICTURES[name]
    shades = Image.linear_gradient("L").resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    ground = ImageOps.colorize(shades, top, bottom)
    motif(ground, colours)
    file = BytesIO()
    ground.reduce(2).save(file, "JPEG", quality=86)
    return file.getvalue()


def draw_missing(folder: Path, names: tuple[str, ...], on_drawn: Callable[[], None]) -> None:
    """Draw the pictures that a folder lacks. One that is there stays as it is: a rewritten file is another picture."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        path = folder / f"{name}.jpg"
        if not path.exists():
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(draw(name))
            unfinished.rename(path)
        on_drawn()
