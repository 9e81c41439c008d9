"""Take pictures of the sample digest and look at them: `python -m tests.unit.rendering.look FOLDER [LAYOUT...]`.

Every layout, left-to-right and right-to-left, 320, 640 and 900 pixels wide, light and dark, with pictures and without:
one .png each, and for each layout and direction one sheet with all of them side by side. Needs Chromium and playwright.
"""

import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

from newsletter.rendering.compose import page_html
from newsletter.rendering.edition import build_edition
from tests.unit.rendering.sample import (
    ANNOUNCEMENT,
    LAYOUTS,
    PUBLIC_URL,
    environment,
    make_personal,
    make_recipe,
    sample_issue,
    sample_posts,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = "/usr/bin/chromium"
COLOURS = ("#2a6f8f", "#b06a3b", "#6a4c9c", "#3f8f5a")
LANGUAGES = ("en", "ar")
SHOTS = tuple(product((320, 640, 900), ("light", "dark"), ("pictures", "bare")))


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


def shoot(browser: "Browser", html: str, folder: Path, name: str, *, width: int, scheme: Any) -> Path:
    """Write one .html and one .png of the whole mail."""
    file, picture = folder / f"{name}.html", folder / f"{name}.png"
    file.write_text(html, encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, is_mobile=width < 500)
    tab = context.new_page()
    tab.goto(file.resolve().as_uri())
    tab.screenshot(path=picture, full_page=True)
    context.close()
    return picture


def put_together(pictures: list[Path], sheet: Path) -> None:
    """Put pictures side by side."""
    images = [Image.open(one).convert("RGB") for one in pictures]
    whole = Image.new("RGB", (sum(one.width + 16 for one in images), max(one.height for one in images)), "#808080")
    left = 0
    for image in images:
        whole.paste(image, (left, 0))
        left += image.width + 16
    whole.save(sheet)


def main(folder: Path, layouts: tuple[str, ...]) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    draw_pictures(folder)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for layout, language in product(layouts, LANGUAGES):
            html, taken = page(language, layout, folder), []
            for width, scheme, shown in SHOTS:
                seen = html if shown == "pictures" else html.replace(".jpg", ".gone").replace(".png", ".gone")
                name = f"{layout}-{language}-{width}-{scheme}-{shown}"
                taken.append(shoot(browser, seen, folder, name, width=width, scheme=scheme))
            put_together(taken, folder / f"sheet-{layout}-{language}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), tuple(sys.argv[2:]) or LAYOUTS)
