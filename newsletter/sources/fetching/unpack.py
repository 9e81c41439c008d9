"""Unpacks what a server sends, counting the unpacked bytes: a bomb stops at the cap, never in memory."""

import zlib
from collections.abc import Iterable, Iterator

ACCEPTED = "gzip, deflate"


class TooLarge(Exception):
    """More came than the cap allows."""


class BrokenPacking(Exception):
    """The bytes are not packed as the server says."""


def unpack(parts: Iterable[bytes], encoding: str, cap: int) -> bytes:
    """Give the unpacked bytes of a response body; TooLarge as soon as they pass the cap."""
    content = bytearray()
    for piece in _unpacked(parts, encoding.strip().lower(), cap):
        content += piece
        if len(content) > cap:
            raise TooLarge
    return bytes(content)


def _unpacked(parts: Iterable[bytes], encoding: str, cap: int) -> Iterator[bytes]:
    if encoding in {"", "identity"}:
        return iter(parts)
    if encoding in {"gzip", "x-gzip"}:
        return _inflated(parts, cap, zlib.MAX_WBITS | 16)
    if encoding == "deflate":
        return _inflated(parts, cap, zlib.MAX_WBITS)
    # Packed twice ("gzip, gzip") multiplies a bomb; no honest server does it, and we asked for neither.
    raise BrokenPacking(f"packed as {encoding!r}, which was not asked for")


def _inflated(parts: Iterable[bytes], cap: int, window: int) -> Iterator[bytes]:
    decoder = zlib.decompressobj(window)
    is_first = True
    for part in parts:
        if is_first and window == zlib.MAX_WBITS and not _has_zlib_head(part):
            decoder = zlib.decompressobj(-zlib.MAX_WBITS)  # some servers send bare deflate (RFC 9110 section 8.4.1.2)
        is_first = False
        packed = part
        while packed and not decoder.eof:
            try:
                yield decoder.decompress(packed, cap + 1)
            except zlib.error as error:
                raise BrokenPacking(f"not readable as packed ({error})") from error
            packed = decoder.unconsumed_tail
    if not is_first and not decoder.eof:
        raise BrokenPacking("the packed content ends too early")


def _has_zlib_head(part: bytes) -> bool:
    return len(part) >= 2 and part[0] & 0x0F == 8 and (part[0] << 8 | part[1]) % 31 == 0
