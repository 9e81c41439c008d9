"""Unpacks what a server sends, counting the unpacked bytes: a bomb stops at the cap, never in memory.

The cap holds for each layer, and for what comes over the wire: a stream that unpacks to nothing ends there too.
"""

import zlib
from collections.abc import Iterable, Iterator

import brotli

ACCEPTED = "gzip, deflate, br"
_MOST_LAYERS = 2  # a server that packs what its program packed already; more is no accident
_STEP = 1 << 18  # bytes unpacked at a time
_GZIP_HEAD = b"\x1f\x8b"


class TooLarge(Exception):
    """More came than the cap allows."""


class BrokenPacking(Exception):
    """The bytes are not packed as the server says."""


def unpack(parts: Iterable[bytes], encoding: str, cap: int) -> bytes:
    """Give the unpacked bytes of a response body; TooLarge as soon as they pass the cap."""
    return b"".join(_unpacked(parts, encoding, cap))


def unpack_start(parts: Iterable[bytes], encoding: str, most: int) -> bytes:
    """Give the first unpacked bytes of a body; what comes after them is not read."""
    content = bytearray()
    for piece in _unpacked(parts, encoding, 2 * most):
        content += piece
        if len(content) >= most:
            break
    return bytes(content[:most])


def _unpacked(parts: Iterable[bytes], encoding: str, cap: int) -> Iterator[bytes]:
    """Undo the codings, the last one first (RFC 9110, section 8.4)."""
    names = [name.strip().lower() for name in encoding.split(",")]
    codings = [name for name in names if name not in {"", "identity"}]
    if len(codings) > _MOST_LAYERS:
        raise BrokenPacking(f"packed {len(codings)} times over, which was not asked for")
    layer = _capped(parts, cap)
    for coding in reversed(codings):
        layer = _capped(_layer(layer, coding), cap)
    return layer


def _capped(parts: Iterable[bytes], cap: int) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > cap:
            raise TooLarge
        yield part


def _layer(parts: Iterator[bytes], coding: str) -> Iterator[bytes]:
    if coding in {"gzip", "x-gzip"}:
        return _inflated(parts, zlib.MAX_WBITS | 16)
    if coding == "deflate":
        return _inflated(parts, zlib.MAX_WBITS)
    if coding == "br":
        return _brotli_unpacked(parts)
    raise BrokenPacking(f"packed as {coding!r}, which was not asked for")


def _inflated(parts: Iterator[bytes], window: int) -> Iterator[bytes]:
    decoder, is_first = zlib.decompressobj(window), True
    for part in _with_head(parts):
        if is_first and window == zlib.MAX_WBITS and not _has_zlib_head(part):
            decoder = zlib.decompressobj(-zlib.MAX_WBITS)  # some servers send bare deflate (RFC 9110 section 8.4.1.2)
        is_first = False
        packed = part
        while packed:
            if decoder.eof:
                if window != zlib.MAX_WBITS | 16 or not packed.startswith(_GZIP_HEAD):
                    break  # rubbish after the end
                decoder = zlib.decompressobj(window)  # members follow one another (RFC 1952 section 2.2)
            try:
                yield decoder.decompress(packed, _STEP)
            except zlib.error as error:
                raise BrokenPacking(f"not readable as packed ({error})") from error
            packed = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
    if not is_first and not decoder.eof:
        yield decoder.flush()  # what a full step held back; without more input that is little
    if not is_first and not decoder.eof:
        raise BrokenPacking("the packed content ends too early")


def _brotli_unpacked(parts: Iterator[bytes]) -> Iterator[bytes]:
    decoder, is_empty = brotli.Decompressor(), True
    for part in parts:
        is_empty = False
        if decoder.is_finished():
            break  # rubbish after the end
        try:
            yield decoder.process(part, output_buffer_limit=_STEP)
            while not decoder.can_accept_more_data():
                yield decoder.process(b"", output_buffer_limit=_STEP)
        except brotli.error as error:
            raise BrokenPacking(f"not readable as packed ({error})") from error
    if not is_empty and not decoder.is_finished():
        raise BrokenPacking("the packed content ends too early")


def _with_head(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Join the first parts until there are two bytes to tell a zlib head by."""
    head = b""
    for part in parts:
        if len(head) >= 2:
            yield part
            continue
        head += part
        if len(head) >= 2:
            yield head
    if len(head) == 1:
        yield head


def _has_zlib_head(part: bytes) -> bool:
    return len(part) >= 2 and part[0] & 0x0F == 8 and (part[0] << 8 | part[1]) % 31 == 0
