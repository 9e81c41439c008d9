"""Pictures: fetched once, made small, kept under their hash; anything odd is no picture."""

import hashlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import Engine

from newsletter.db.engine import reading
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.pictures import picture_store
from newsletter.sources.pictures.keep_pictures import PictureKeeper
from newsletter.sources.pictures.shrink import LARGEST, WIDEST, shrink
from tests.fakes.web_server import WebSite

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


def picture(form: str = "PNG", *, size: tuple[int, int] = (300, 200), mode: str = "RGB", noise: bool = False) -> bytes:
    image = (
        Image.effect_noise(size, 80).convert(mode) if noise else Image.new(mode, size, "teal" if mode != "L" else 90)
    )
    file = BytesIO()
    image.save(file, form)
    return file.getvalue()


def see_through(size: tuple[int, int], *, noise: bool = False) -> bytes:
    image = Image.effect_noise(size, 80).convert("RGBA") if noise else Image.new("RGBA", size, "red")
    image.putalpha(Image.linear_gradient("L").resize(size))
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture(), "image/jpeg"),
        (picture("JPEG"), "image/jpeg"),
        (picture("JPEG", mode="CMYK"), "image/jpeg"),
        (picture("GIF", mode="P"), "image/jpeg"),
        (picture("WEBP"), "image/jpeg"),
        (picture(mode="L"), "image/jpeg"),
        (picture(mode="1"), "image/jpeg"),
        (picture(mode="RGBA"), "image/jpeg"),  # transparent nowhere
        (see_through((300, 200)), "image/png"),
    ],
)
def test_any_picture_becomes_jpeg_or_png(content: bytes, media_type: str) -> None:
    """Mail programs show JPEG and PNG; PNG only where something shines through."""
    small = shrink(content)
    assert (small.media_type, small.width, small.height) == (media_type, 300, 200)
    assert Image.open(BytesIO(small.content)).size == (300, 200)


@pytest.mark.parametrize("content", [picture(size=(1900, 1300), noise=True), see_through((1600, 900), noise=True)])
def test_large_pictures_shrink(content: bytes) -> None:
    """Row 29: however large, a picture ends at no more than 1200 pixels and 150 KB; the same bytes each time."""
    small = shrink(content)
    assert small.width <= WIDEST
    assert len(small.content) <= LARGEST
    assert shrink(content) == small


def test_a_camera_held_upright_stays_upright() -> None:
    """The turn that a camera notes is made, and its notes (place, owner) are left out."""
    image = Image.new("RGB", (300, 200))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "where and who"
    file = BytesIO()
    image.save(file, "JPEG", exif=exif)
    small = shrink(file.getvalue())
    assert (small.width, small.height) == (200, 300)
    assert b"where and who" not in small.content


def png_that_claims(width: int, height: int) -> bytes:
    honest = picture()
    return honest[:16] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + honest[24:]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"words",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture()[:60],
        picture("JPEG")[:200],
        picture(size=(1, 1)),
        picture(size=(900, 10)),
        png_that_claims(60_000, 60_000),
        png_that_claims(9_000, 9_000),
        picture("BMP"),
        picture("TIFF"),
    ],
)
def test_what_is_no_usable_picture_is_refused(content: bytes) -> None:
    """Drawings, broken files, counting pixels, bombs and odd formats are errors in words."""
    with pytest.raises(NotUnderstood):
        shrink(content)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=6), st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]))
@settings(max_examples=60, deadline=None)
def test_damaged_pictures_are_refused_or_read(place: int, damage: bytes, form: str) -> None:
    """Whatever bytes are damaged, the answer is a small picture or NotUnderstood."""
    content = picture(form, size=(64, 64), mode="P" if form == "GIF" else "RGB")
    try:
        small = shrink(content[:place] + damage + content[place + len(damage) :])
    except NotUnderstood:
        return
    assert len(small.content) <= LARGEST


@pytest.fixture
def keeper(sqlite_engine: Engine, fetcher: Fetcher, tmp_path: Path) -> PictureKeeper:
    return PictureKeeper(sqlite_engine, fetcher, tmp_path / "media", now=NOW)


def test_a_picture_is_fetched_once(site: WebSite, keeper: PictureKeeper, tmp_path: Path) -> None:
    """The file stands under the hash of its bytes, and the next post with it costs no request."""
    url = site.content("/p.png", picture(), "image/png")
    kept = keeper.keep(url)
    (file,) = (tmp_path / "media").iterdir()
    assert file.name == f"{kept}.jpg"
    assert hashlib.sha256(file.read_bytes()).hexdigest() == kept
    assert keeper.keep(url) == kept
    assert len(site.requests) == 1


def test_an_unusable_picture_is_not_asked_for_again(site: WebSite, keeper: PictureKeeper, tmp_path: Path) -> None:
    """A drawing or a missing file costs its post nothing, and its server one request."""
    urls = [site.content("/p.svg", b"<svg/>", "image/svg+xml"), site.url("/missing.jpg")]
    assert [keeper.keep(url) for url in urls * 2] == [""] * 4
    assert len(site.requests) == 2
    assert len(keeper.problems) == 2
    assert not (tmp_path / "media").exists()


def test_a_picture_that_fails_for_now_is_asked_for_later(
    site: WebSite, keeper: PictureKeeper, sqlite_engine: Engine, fetcher: Fetcher, tmp_path: Path
) -> None:
    """A server error is not remembered; after two of them the source's other pictures wait for the next time."""
    urls = [site.status(f"/{number}.jpg", 503) for number in range(4)]
    assert [keeper.keep(url) for url in urls] == [None] * 4
    assert len(site.requests) == 2
    site.content("/0.jpg", picture("JPEG"), "image/jpeg")
    assert PictureKeeper(sqlite_engine, fetcher, tmp_path, now=NOW).keep(urls[0])


def test_a_local_picture_is_read_again_when_it_changes(keeper: PictureKeeper, tmp_path: Path) -> None:
    """A picture beside a Markdown file is kept the same way; a new file under its name is a new picture."""
    path = tmp_path / "p.png"
    path.write_bytes(picture())
    first = keeper.keep(str(path))
    path.write_bytes(picture(size=(200, 200)))
    assert first
    assert keeper.keep(str(path)) not in {"", first}
    assert keeper.keep(str(tmp_path / "none.png")) == ""


def test_the_row_tells_what_the_file_holds(site: WebSite, keeper: PictureKeeper, sqlite_engine: Engine) -> None:
    """An origin leads to its picture, and one that failed to an empty hash."""
    good, bad = site.content("/p.png", picture(), "image/png"), site.content("/q.png", b"x", "image/png")
    kept = keeper.keep(good)
    keeper.keep(bad)
    with reading(sqlite_engine) as db:
        origins = [hashlib.sha256(url.encode()).digest() for url in (good, bad, "https://example.org/other.png")]
        assert [picture_store.picture_of_origin(db, origin) for origin in origins] == [kept, "", None]
