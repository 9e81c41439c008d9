"""Reads the small forms of public pages, urlencoded or multipart, with a limit on their size."""

from collections.abc import AsyncGenerator, Iterable
from urllib.parse import parse_qsl

from starlette.datastructures import FormData, Headers, UploadFile
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
            fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
            return _without_nul(fields)
        except ValueError as error:
            raise HTTPException(400, "the form has too many fields") from error
    return await _read_multipart(request.headers, body)


async def read_form_with_file(request: Request, file: str, *, largest: int) -> tuple[dict[str, str], bytes]:
    """Give the fields of a posted form and the content of its one file, empty if there is none.

    A file somewhat larger than `largest` comes whole, so that its sender can be told in words.
    """
    body = await _limited_body(request, 2 * largest + _LARGEST)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise HTTPException(400, "a form with a file is multipart")
    form = await _parse_multipart(request.headers, body, max_files=1)
    try:
        upload = form.get(file)
        content = await upload.read() if isinstance(upload, UploadFile) else b""
        return _fields(form), content
    finally:
        await form.close()


async def _limited_body(request: Request, largest: int = _LARGEST) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise HTTPException(413, "the form is too large")
    return bytes(body)


async def _read_multipart(headers: Headers, body: bytes) -> dict[str, str]:
    return _fields(await _parse_multipart(headers, body, max_files=0))


async def _parse_multipart(headers: Headers, body: bytes, *, max_files: int) -> FormData:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        return await MultiPartParser(headers, stream(), max_files=max_files, max_fields=_MOST_FIELDS).parse()
    except (MultiPartException, LookupError, UnicodeError) as error:  # the last two: a charset that is none
        raise HTTPException(400, "the form cannot be read") from error


def _fields(form: FormData) -> dict[str, str]:
    return _without_nul((name, value) for name, value in form.multi_items() if isinstance(value, str))


def _without_nul(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Leave out U+0000: nobody types it, and PostgreSQL takes no text that holds it."""
    return {name.replace("\0", ""): value.replace("\0", "") for name, value in fields}
