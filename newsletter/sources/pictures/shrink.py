"""Turns any picture into a small JPEG or PNG. Pure: bytes in, bytes out; the same picture gives the same bytes."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from newsletter.sources.errors import NotUnderstood

WIDEST = 1200  # pixels: twice the width of a card
_HIGHEST = 1600  # Outlook's engine crops what is higher than 1,728
_SMALLEST = 48  # less is a counting pixel or an emoji
_MOST_PIXELS = 50_000_000  # 50 megapixels unpack to 150 MB; more is a bomb
LARGEST = 150_000  # bytes
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_QUALITIES = (85, 75, 65, 50)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallPicture:
    """A picture as it is served."""

    content: bytes
    media_type: str
    width: int
    height: int

    @property
    def suffix(self) -> str:
        return suffix_of(self.media_type)


def suffix_of(media_type: str) -> str:
    """Give the file name's ending of a stored picture."""
    return "png" if media_type == "image/png" else "jpg"


def shrink(content: bytes) -> SmallPicture:
    """Scale a picture to what a mail may show; NotUnderstood for what is none, too small, or a bomb."""
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            _refuse_odd_sizes(image.width, image.height)
            image.draft("RGB", (2 * WIDEST, 2 * WIDEST))  # lets a large JPEG be decoded at a fraction
            return _fitted(_upright(image))
    except NotUnderstood:
        raise
    except Exception as error:  # decoders raise anything on broken files
        raise NotUnderstood(f"the picture cannot be read ({type(error).__name__})") from error


def _refuse_odd_sizes(width: int, height: int) -> None:
    if width * height > _MOST_PIXELS:
        raise NotUnderstood(f"the picture has {width} x {height} pixels; that is refused")
    if min(width, height) < _SMALLEST:
        raise NotUnderstood("the picture is too small to be seen")


def _upright(image: Image.Image) -> Image.Image:
    """Turn it as its camera says, then scale; modes other than colour with or without transparency are converted."""
    turned = ImageOps.exif_transpose(image)
    picture = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    picture.thumbnail((WIDEST, _HIGHEST), Image.Resampling.LANCZOS)
    return picture


def _fitted(picture: Image.Image) -> SmallPicture:
    if picture.mode == "RGBA":
        transparent = _saved(picture, "PNG", optimize=True)
        if len(transparent.content) <= LARGEST:
            return transparent
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    while True:
        for quality in _QUALITIES:
            small = _saved(picture, "JPEG", quality=quality, optimize=True, progressive=True)
            if len(small.content) <= LARGEST:
                return small
        picture = picture.resize((picture.width * 3 // 4, max(1, picture.height * 3 // 4)), Image.Resampling.LANCZOS)


def _saved(picture: Image.Image, form: str, **options: bool | int) -> SmallPicture:
    file = BytesIO()
    picture.save(file, form, **options)
    return SmallPicture(
        content=file.getvalue(), media_type=f"image/{form.lower()}", width=picture.width, height=picture.height
    )
