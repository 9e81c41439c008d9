"""Suggests what a slip of the pen in an address most likely meant: pure, and no more than a suggestion.

Nothing is ever changed by it. A domain of a large provider is never doubted, nor its sister in another country; the
names of small domains are doubted only where they are nearly those of a large one.
"""

from rapidfuzz.distance import OSA

from subscribers.large_domains import COUNTRY_ENDS, LARGE_DOMAINS

_SHORT = 4  # names up to so many letters: another letter makes another provider (gmx, gmz), a swap does not
_LONG = 9  # names of so many letters may have two slips
_TOO_FAR = 9


def suggest_address(text: str) -> str | None:
    """Give the address that was probably meant; None where nothing looks like a slip."""
    local, at, domain = text.strip().rpartition("@")
    if not local or not at or not domain.isascii():
        return None
    meant = _meant(domain.lower())
    return f"{local}@{meant}" if meant else None


def _meant(domain: str) -> str | None:
    if domain in LARGE_DOMAINS:
        return None
    mended = domain.replace(",", ".").strip(".").replace("..", ".")
    if mended in LARGE_DOMAINS:
        return mended
    if "." not in mended:
        return next((large for large in LARGE_DOMAINS if large.replace(".", "") == mended), None)
    far, _, best = min((_distance(mended, large), place, large) for place, large in enumerate(LARGE_DOMAINS))
    return best if far < _TOO_FAR else None


def _distance(domain: str, large: str) -> int:
    """Count the slips between a domain and a large one; _TOO_FAR where they are two domains, not one mistyped."""
    name, _, end = domain.partition(".")
    large_name, _, large_end = large.partition(".")
    in_name, in_end = _slips_in_name(name, large_name), _slips_in_end(end, large_end)
    return min(in_name + in_end, _TOO_FAR)


def _slips_in_name(name: str, large: str) -> int:
    if name == large:
        return 0
    swapped = sorted(name) == sorted(large)
    # Hardly anybody mistypes the first letter alone; and `email` is no `gmail`, `serra` no `terra`.
    if not swapped and (len(large) <= _SHORT or name[:1] != large[:1]):
        return _TOO_FAR
    most = 2 if len(large) >= _LONG else 1
    slips = OSA.distance(name, large, score_cutoff=most)
    return slips if slips <= most else _TOO_FAR


def _slips_in_end(end: str, large: str) -> int:
    """The end of another country is no slip: outlook.sk may well be, though only outlook.dk is on the list."""
    if end == large:
        return 0
    if end.rpartition(".")[2] in COUNTRY_ENDS:
        return _TOO_FAR
    return 1 if OSA.distance(end, large, score_cutoff=1) <= 1 else _TOO_FAR
