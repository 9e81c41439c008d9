"""Posts made ready a second, from feeds and from pages, beside feedparser and trafilatura alone on the same bytes.

Ours: parse, identify, find details, clean, and hash, without database and network. The ratio is our whole time to theirs: 2
means that our own share is as large as theirs.
"""

import random
from functools import partial

import feedparser
import trafilatura

from benchmarks.figure import paired, rate, show
from benchmarks.sample import topics
from benchmarks.sample_documents import feed, page
from newsletter.base.ids import SourceId
from newsletter.sources.cleaning.clean_post import clean_post
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.reading.parse_feed import parse_feed
from newsletter.sources.reading.parse_page import parse_page
from newsletter.sources.source import Source, SourceKind
from newsletter.sources.stories.identity import identify

_URL = "https://partner.example.org/news/"
_FEEDS, _ITEMS, _PAGES, _PAIRS = 12, 20, 30, 7
