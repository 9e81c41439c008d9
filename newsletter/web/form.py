"""Reads the small forms of public pages, urlencoded or multipart, with a limit on their size."""

from collections.abc import AsyncGenerator
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

_LARGEST = 64 * 1024
_MOST_FIELDS = 500


async def read_form(request: Request) -> dict[str, str]:
    """Give the fields of a posted form, the last of each name; files are left out.

    Anything that is not multipart is read as urlencoded, whatever it calls itself: programs that post for a reader
    are not always careful with Content-Type.
    """
    body = await _limited_body(request)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        try:
            return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
        except ValueError as error:
            raise HTTPException(400, "the form has too many fields") from error
    return await _read_multipart(request.headers, body)


async def _limited_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise HTTPException(413, "the form is too large")
    return bytes(body)


async def _read_multipart(headers: Headers, body: bytes) -> dict[str, str]:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await MultiPartParser(headers, stream(), max_files=0, max_fields=_MOST_FIELDS).parse()
    except MultiPartException as error:
        raise HTTPException(400, "the form cannot be read") from error
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}
