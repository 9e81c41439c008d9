"""Makes the few lines of a card: plain text, cut at the end of a sentence where there is one."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from newsletter.sources.cleaning.chrome import told_part
from newsletter.sources.cleaning.plain_text import blocks_of_clean, one_line, text_blocks

LONGEST = 280
_LOOKED_AT = 100 * LONGEST  # characters of a body's markup: the beginning, however many links stand in it
_SHORTEST_GOOD = 80  # a first sentence shorter than this says too little; rather cut at a word
# Full stops of these end no sentence (with the ordinals and single letters that the pattern below leaves out).
_SHORT_WORDS = "dr mr mrs ms prof st no nr vs etc bzw ca ggf inkl usw evtl fig al approx vol dott sig art"
_ABBREVIATIONS = frozenset(_SHORT_WORDS.split())
# With closing quotes and brackets; ideographic full stops need no space after them.
_SENTENCE_END = re.compile(
    r"[.!?\u2026\u061f\u0964]+[\"'\u201d\u2019»)\]]*(?=\s|$)|[\u3002\uff01\uff1f]+[」』\u201d\uff09]*"
)
_LAST_WORD = re.compile(r"(\w+)\.$")
_TRUNCATED = re.compile(r"(…|\.\.\.|\[(…|\.\.\.|&hellip;)\])$")
# What publishing systems add to a summary.
_ADDED_WORDS = (
    " first on ",
    " zuerst auf ",
    " premier sur ",
    "reading",
    "read ",
    "weiterlesen",
    "lire ",
    "leggi",
    "leer",
)
_LONGEST_ADDED = 650  # characters at the end in which it stands
_ADDED = re.compile(
    r"(The post .{1,300} appeared first on .{1,200}|Der Beitrag .{1,300} erschien zuerst auf .{1,200}"
    r"|L\u2019article .{1,300} est apparu en premier sur .{1,200}"
    r"|(Continue reading|Read (the )?more|Weiterlesen|Lire la suite|Leggi tutto|Leer más)\b.{0,100})\s*$",
    re.IGNORECASE,
)


def make_excerpt(summary: str, body: str, *, title: str = "") -> str:
    """Give at most LONGEST characters of the publisher's summary, else of the body, which is sanitised HTML.

    A summary that is cut off in mid-sentence, or only repeats the title, counts for less than a body; what stands in
    the body about its publisher counts for nothing.
    """
    told = _running_text(text_blocks(summary), title)
    if len(told) >= _SHORTEST_GOOD and not _TRUNCATED.search(told):
        return cut_at_sentence(told)
    full = _running_text(blocks_of_clean(told_part(body)[:_LOOKED_AT]), title)
    text = full or told
    return cut_at_sentence(_TRUNCATED.sub("", text).rstrip() if text is full else text)


def cut_at_sentence(text: str, limit: int = LONGEST) -> str:
    """Cut plain text to the limit: after a sentence, else after a word with an ellipsis."""
    text = one_line(text)
    if len(text) <= limit:
        return text
    ends = [end for end in _sentence_ends(text[: limit + 1]) if _SHORTEST_GOOD <= end <= limit]
    return text[: ends[-1]] if ends else _cut_at_word(text, limit)


def _running_text(blocks: Sequence[str], title: str) -> str:
    """Give the text without a first block that repeats the title, and without what systems add."""
    if blocks and title and blocks[0].casefold().rstrip(".") == title.casefold().rstrip("."):
        blocks = blocks[1:]
    text = " ".join(blocks)[: 20 * LONGEST]
    end = text[-_LONGEST_ADDED:]
    if not any(word in end.casefold() for word in _ADDED_WORDS):
        return text.strip()
    return (text[:-_LONGEST_ADDED] + _ADDED.sub("", end)).strip()


def _sentence_ends(text: str) -> list[int]:
    """Give the places right after sentences."""
    starts = [0, *(match.end() for match in _SENTENCE_END.finditer(text))]
    return [end for start, end in pairwise(starts) if _is_sentence(text[start:end])]


def _is_sentence(piece: str) -> bool:
    word = _LAST_WORD.search(piece)
    if word is None:
        return True
    last = word[1]
    is_ordinal_or_initial = (last.isdigit() and len(last) <= 2) or len(last) == 1
    return not is_ordinal_or_initial and last.casefold() not in _ABBREVIATIONS


def _cut_at_word(text: str, limit: int) -> str:
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    if not text[limit - 1].isspace() and space > limit // 2:
        cut = cut[:space]
    while cut and _continues(text, len(cut)):
        cut = cut[:-1]
    return cut.rstrip(" ,;:\u2013\u2014-(") + "…"


def _continues(text: str, place: int) -> bool:
    """Tell whether cutting here would part a letter from its marks, or an emoji from its joiner."""
    after, before = text[place : place + 1], text[place - 1 : place]
    return bool(after) and (unicodedata.category(after) in {"Mn", "Mc", "Me", "Sk"} or "\u200d" in {after, before})
