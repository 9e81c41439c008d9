"""Take pictures of the sample digest: `python -m tests.unit.rendering.look FOLDER LAYOUT`, then look at them.

Desktop, phone and narrow phone, light and dark, left-to-right and right-to-left; needs Chromium and playwright.
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

from newsletter.rendering.compose import page_html
from newsletter.rendering.edition import build_edition
from tests.unit.rendering.sample import (
    ANNOUNCEMENT,
    PUBLIC_URL,
    environment,
    make_personal,
    make_recipe,
    sample_issue,
    sample_posts,
)

CHROMIUM = "/usr/bin/chromium"
COLOURS = ("#2a6f8f", "#b06a3b", "#6a4c9c", "#3f8f5a")
SHOTS = [
    ("desktop", "en", 700, "light"),
    ("desktop-dark", "en", 700, "dark"),
    ("desktop-arabic", "ar", 700, "light"),
    ("desktop-german", "de", 600, "light"),
    ("phone", "en", 375, "light"),
    ("phone-dark", "fr", 375, "dark"),
    ("phone-arabic", "ar", 375, "light"),
    ("phone-narrow", "en", 320, "light"),
]


def draw_pictures(folder: Path) -> None:
    """Stand in for the pictures of the sample's posts."""
    pictures = [post.picture for post in sample_posts() if post.picture]
    for picture, colour in zip(pictures, COLOURS, strict=True):
        image = Image.new("RGB", (picture.width, picture.height), colour)
        draw = ImageDraw.Draw(image)
        for step in range(0, picture.width, 60):
            draw.ellipse((step, step // 2, step + 160, step // 2 + 160), outline="white", width=4)
        image.save(folder / picture.name)


def page(language: str, layout: str, folder: Path) -> str:
    """Give the digest with its pictures taken from the folder."""
    frozen = sample_issue(recipe=make_recipe(layout=layout, announcement=ANNOUNCEMENT))
    edition = build_edition(frozen, language, public_url=PUBLIC_URL, environment=environment())
    return page_html(edition, make_personal()).replace(f"{PUBLIC_URL}/media", folder.resolve().as_uri())


def main(folder: Path, layout: str) -> None:
    """Write one .html and one .png a shot."""
    folder.mkdir(parents=True, exist_ok=True)
    draw_pictures(folder)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, language, width, scheme in SHOTS:
            file = folder / f"{name}.html"
            file.write_text(page(language, layout, folder), encoding="utf-8")
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
                is_mobile=width < 500,
            )
            tab = context.new_page()
            tab.goto(file.resolve().as_uri())
            tab.screenshot(path=folder / f"{name}.png", full_page=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
