"""The SQL of pictures: what is kept, and where each came from."""

from datetime import datetime

from sqlalchemy import Connection, select

from newsletter.sources.pictures.shrink import SmallPicture
from newsletter.sources.post_store import insert_new
from newsletter.sources.tables import picture_origins, pictures


def picture_of_origin(db: Connection, origin: bytes) -> str | None:
    """Give the stored picture of an origin: its hash, empty if it could not be used, None if it was never fetched."""
    found = db.execute(select(picture_origins.c.picture_hash).where(picture_origins.c.url_hash == origin)).scalar()
    return None if found is None else str(found)


def keep_picture(db: Connection, picture_hash: str, picture: SmallPicture, *, now: datetime) -> None:
    """Note a picture whose file is written."""
    facts = {
        "media_type": picture.media_type,
        "width": picture.width,
        "height": picture.height,
        "size": len(picture.content),
    }
    insert_new(db, pictures, {"hash": picture_hash, "stored_at": now, **facts})


def remember_origin(db: Connection, origin: bytes, picture_hash: str, *, now: datetime) -> None:
    """Note what an origin gave, so that it is fetched once."""
    insert_new(db, picture_origins, {"url_hash": origin, "picture_hash": picture_hash, "fetched_at": now})
