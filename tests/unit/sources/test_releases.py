"""Press releases on pages without article markup: the heading, the day beside it and the text, and nothing besides."""

from datetime import UTC, datetime

import pytest

from newsletter.base.errors import SourceError
from newsletter.sources.cleaning.chrome import told_part
from newsletter.sources.cleaning.excerpt import make_excerpt
from newsletter.sources.cleaning.plain_text import plain_text, plain_title
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.reading.page_date import date_line, dateline
from newsletter.sources.reading.page_lines import lines_of
from newsletter.sources.reading.page_title import Titles, title_of
from newsletter.sources.reading.parse_page import parse_page
from newsletter.sources.reading.release_labels import is_label, without_label
from newsletter.sources.reading.tame import parse_document

URL = "https://site.example/news/1"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
X = "Eleven countries agree on one way to share samples"
FIRST = (
    "The ministry and eleven partners present a plan for personalised medicine that names who has to act and by when."
)
SECOND = (
    "It was worked out with patients, clinicians and funders in a year of meetings, and will be revised every third"
    " year after a public consultation."
)
TEXT = f"<p>{FIRST}</p><p>{SECOND}</p>"


def read(bar: str, body: str, *, language: str = "en") -> FetchedPost:
    """Read a page with this title bar and body."""
    page = f"<html lang='{language}'><head><title>{bar}</title></head><body>{body}</body></html>"
    return parse_page(page.encode(), url=URL, now=NOW)


SHAPES = {
    "heading and box": ("Press release: {x}", "<h2>{x}</h2><div>12 November 2026</div>{text}", "en"),
    "german dateline": ("Pressemitteilung: {x}", "<h2>{x}</h2><div>Berlin, 12.11.2026</div>{text}", "de"),
    "dateline with a dash": ("Nota de imprensa: {x}", "<h2>{x}</h2><div>Lisbon, 12 November 2026 -</div>{text}", "en"),
    "portuguese": ("{x} | Nota de imprensa", "<h3>{x}</h3><p>Lisboa, 12 de novembro de 2026</p>{text}", "pt"),
    "date before": ("Communiqué de presse - {x}", "<div>Paris, le 12 novembre 2026</div><h2>{x}</h2>{text}", "fr"),
    "label as large heading": (
        "Comunicado de prensa: {x}",
        "<h1>Comunicado de prensa</h1><h2>{x}</h2><div>Madrid, a 12 de noviembre de 2026</div>{text}",
        "es",
    ),
    "rows of a table": (
        "{x} | Comunicato stampa",
        ("<table><tr><td>Comunicato stampa</td></tr><tr><td><b>{x}</b></td></tr><tr><td>Roma, lì 12 novembre 2026</td>"
        "</tr><tr><td>{text}</td></tr></table>"),
        "it",
    ),
    "font in a table with a menu": (
        "Ministry of Health - Press release - {x}",
        ("<table><tr><td><a href='/'>Home</a><br><a href='/n'>News</a></td><td><font size=4><b>{x}</b></font><br>"
        "Berlin, 12 November 2026<br><br>{first}<br><br>{second}</td></tr></table>"),
        "",
    ),
    "centred": (
        "News - {x}",
        "<center><b>PRESS RELEASE</b></center><p align=center><strong>{x}</strong></p><p>November 12, 2026</p>{text}",
        "en",
    ),
    "lines of one paragraph": (
        "Press release: {x}",
        "<p><b>{x}</b><br>12 November 2026<br>{first}</p><p>{second}</p>",
        "en",
    ),
    "loose text": ("Press release: {x}", "<h3>{x}</h3>Lisbon, 12 November 2026{text}", "en"),
    "boxes and nothing else": (
        "Press release: {x}",
        "<div>Home | News</div><div><b>{x}</b></div><div>12 November 2026</div><div>{first}</div><div>{second}</div>",
        "en",
    ),
    "a row of pieces": (
        "{x} - Agency",
        "<h1>{x}</h1><div><span>Press office</span> <span>12 November 2026</span> <span>3 min read</span></div>{text}",
        "en",
    ),
    "trail before": (
        "Nachrichten - {x} - Ministerium",
        ("<div><a href='/'>Start</a> &gt; <a href='/n'>Nachrichten</a> &gt; {x}</div><h2>{x}</h2>"
        "<p>Berlin, den 12. November 2026</p>{text}"),
        "de",
    ),
    "labelled day": (
        "Press release: {x}",
        "<h2>{x}</h2><dl><dt>Published:</dt><dd>12 November 2026</dd></dl>{text}",
        "en",
    ),
    "numbered": (
        "Pressemitteilung Nr. 34/2026: {x}",
        "<div>Pressemitteilung Nr. 34/2026 vom 12.11.2026</div><h2>{x}</h2>{text}",
        "de",
    ),
    "labelled heading": ("{x}", "<h1>Press release: {x}</h1><p>12 November 2026</p>{text}", "en"),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_a_release_without_article_markup_is_read(shape: str) -> None:
    """The title is the heading, the day beside it is the date, and text and excerpt begin after both."""
    bar, body, language = SHAPES[shape]
    told = {"x": X, "first": FIRST, "second": SECOND, "text": TEXT}
    post = read(bar.format(**told), body.format(**told), language=language)
    assert plain_title(post.title) == X
    assert (post.published.date().isoformat() if post.published else "") == "2026-11-12"
    assert plain_text(post.html).startswith(FIRST)
    assert make_excerpt(post.summary, told_part(post.html), title=X).startswith(FIRST)


@pytest.mark.parametrize(
    ("title", "head"),
    [
        (X, "<h2>{}</h2><div>Deadline: 12 November 2026</div>"),
        (X, "<h2>{}</h2><div>Deadline:</div><div>12 November 2026</div>"),
        (X, "<h2>{}</h2><p>Deadline: <b>12 November 2026</b></p>"),
        (X, "<h2>{}</h2><p><b>Deadline:</b> <span>12 November 2026</span></p>"),
        (X, "<h2>{}</h2><p>Einsendeschluss, 12. November 2026</p>"),
        (X, "<h2>{}</h2><p>Valid until 12 November 2026</p>"),
        (X, "<h2>{}</h2><p>Updated: 12 November 2026</p>"),
        (X, "<h2>{}</h2><p>On 12 November 2026 the ministry said so.</p>"),
        (X, "<h2>{}</h2><p>Lisbon, 12 November 2026 - The ministry said so.</p>"),
        (X, "<h2>{}</h2><p>12 December 2026</p>"),
        (X, "<h2>{}</h2><p>Berlin, 23 November 2026</p>"),
        (X, "<h2>{}</h2><p>12 November</p>"),
        (X, "<h2>{}</h2><p>05/11/2026</p>"),
        (X, "<h2>{}</h2><p>12 November 2026</p><p>Venue: Town hall</p>"),
        (X, "<h2>{}</h2><p>12 November 2026</p><p>09:00 - 17:00</p>"),
        ("Conference on samples in Lisbon", "<h2>{}</h2><p>Lisbon, 12 November 2026</p>"),
        ("Workshop für Biobanken", "<h2>{}</h2><p>12.11.2026</p>"),
        (X, f"<h2>{{}}</h2><p>{FIRST}</p><p>{SECOND}</p><p>12 November 2026</p>"),
        (X, f"<h2>{{}}</h2><p>{FIRST}</p><h3>Also</h3><p>12 November 2026</p>"),
        (X, "<h2>{0}</h2><p>12 November 2026</p><h2>{0}</h2><p>13 November 2026</p>"),
    ],
)
def test_another_day_beside_a_heading_is_no_date(title: str, head: str) -> None:
    """A deadline, an event's day, a day in running text, one to come, or one of two is not that of publication."""
    assert read(f"{title} | Agency", head.format(title) + TEXT).published is None


def test_a_release_of_an_event_is_dated() -> None:
    """Where the page calls itself a press release, the day beside its heading is the release's, whatever it tells."""
    title = "Conference on samples in Lisbon brings countries together"
    post = read(f"Press release: {title}", f"<h2>{title}</h2><p>Lisbon, 12 November 2026</p>{TEXT}")
    assert post.published == datetime(2026, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        (f"Press release: {X}", X), (f"PRESS RELEASE - {X}", X), (f"Pressemitteilung | {X}", X),
        (f"Medienmitteilung Nr. 12/2026: {X}", X), (f"Comunicado de prensa: {X}", X),
        (f"Communiqué de presse : {X}", X), (f"Comunicato stampa \u2013 {X}", X), (f"Nota de imprensa: {X}", X),
        (f"News - {X}", X), (f"{X} - News", X), (f"{X} | Press releases", X), (f"[Press release] {X}", X),
        (f"{X} (Comunicato stampa)", X), (f"News | Press release: {X}", X),
        ("Press release: eHealth now", "eHealth now"),
        ("Press release", "Press release"), ("News", "News"),
        ("Press release: how to write one", "Press release: how to write one"),
        ("News: what it is", "News: what it is"), ("Newsroom of the future", "Newsroom of the future"),
        ("Press releases are no news", "Press releases are no news"), ("A free press - why", "A free press - why"),
        ("Presse und Politik: ein Gespräch", "Presse und Politik: ein Gespräch"),
    ],
)  # fmt: skip
def test_a_label_is_cut_off_what_it_labels(title: str, bare: str) -> None:
    """Labels go, in front, behind and in brackets; a title that is one, or goes on as a sentence, stays."""
    assert without_label(title) == bare


@pytest.mark.parametrize(
    "line", ["PRESS RELEASE", "Pressemitteilung Nr. 34/2026", "- Communiqué de presse -", "Noticias"]
)
def test_a_label_alone_is_one(line: str) -> None:
    """A line that only says what stands below it is no title and no text."""
    assert is_label(line)
    assert not is_label(f"{line} {X}")


def test_only_a_label_lets_a_line_shorten_a_title() -> None:
    """A line of the page that is part of the title is the title where the rest is a label, else the whole stays."""
    lines = ("Evolve: Shared History", X)
    bar = "Evolve: Shared History \u2014 evolve extension"
    assert title_of(Titles(declared=(bar,), bar="", headings=(), sites=(), lines=lines)) == bar
    told = title_of(Titles(declared=(), bar=f"Agency - Press release - {X}", headings=(), sites=(), lines=lines))
    assert told == X


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Berlin, 12.11.2026", "de"), ("Lisbon, 12 November 2026 -", "en"), ("Berlin, den 12. November 2026", "de"),
        ("Paris, le 12 novembre 2026", "fr"), ("Roma, lì 12 novembre 2026", "it"), ("BERLIN, 12 November 2026.", "en"),
        ("Madrid, a 12 de noviembre de 2026", "es"), ("Lisboa, 12 de novembro de 2026", "pt"),
        ("Frankfurt am Main, 12. November 2026", "de"), ("Ispra (Italy), 12 November 2026", "en"),
        ("Brussels/Berlin, 12 November 2026", "en"), ("São Paulo \u2013 12 de novembro de 2026", "pt"),
    ],
)  # fmt: skip
def test_a_dateline_tells_the_day_beside_its_place(line: str, language: str) -> None:
    """Press offices write a place before the day; elsewhere than beside a title such a line counts as before."""
    assert dateline(line, language=language) == datetime(2026, 11, 12, tzinfo=UTC)
    assert date_line(line, language=language) is None


@pytest.mark.parametrize(
    "line",
    ["Deadline, 12 November 2026", "Frist, 12. November 2026", "Conference, 12 November 2026",
     "Prazo, 12 de novembro de 2026",
     "Next meeting, 12 November 2026", "Berlin, November", "berlin, 12 November 2026", "Updated, 12 November 2026",
     "Call for proposals, 12 November 2026", "Lisbon, 12 November 2026 - The ministry said so"],
)  # fmt: skip
def test_what_is_no_place_makes_no_dateline(line: str) -> None:
    """A word for another day, or a sentence that goes on, is no place of a press office."""
    assert dateline(line, language="en") is None


def test_a_name_under_the_title_is_the_byline() -> None:
    """ "By Ada Example" between title and text names who wrote it and is no text; a sentence that begins so stays."""
    signed = read(X, f"<h2>{X}</h2><p>12 November 2026</p><p>By Ada Example</p>{TEXT}")
    assert (signed.byline, plain_text(signed.html)[:12]) == ("Ada Example", FIRST[:12])
    told = read(X, f"<h2>{X}</h2><p>By all means read on.</p>{TEXT}")
    assert (told.byline, plain_text(told.html)[:12]) == ("", "By all means")


def test_lines_are_those_that_a_person_sees() -> None:
    """Blocks, cells and breaks part lines, inline elements do not; pieces are told only where no sentence is."""
    page = parse_document(
        "<body><nav>Menu</nav><h2>A <em>b</em></h2>c<br>d <b>e</b><p><span>f</span> | <i>g</i></p><td>h<div>i</div>j"
    )
    lines = lines_of(page)
    assert [line.text for line in lines] == ["A b", "c", "d e", "f | g", "h", "i", "j"]
    assert [line.pieces for line in lines if line.pieces] == [("f", "g")]


def test_hostile_nesting_ends() -> None:
    """Elements nested without end cost no more than their number."""
    page = "<div>" * 5_000 + "<b>" * 5_000 + "12 November 2026"
    try:
        post = parse_page(f"<title>{X}</title>{page}{TEXT}".encode(), url=URL, now=NOW)
    except SourceError:
        return
    assert post.title
