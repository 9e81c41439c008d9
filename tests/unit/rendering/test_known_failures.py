"""What went wrong in the mails of other systems, and must not in ours."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from newsletter.base.ids import PostId
from newsletter.issues.choose import choose
from newsletter.issues.digest import Chosen, Reason
from newsletter.issues.limits import Limits, Sizes
from newsletter.rendering.compose import compose, page_html
from newsletter.sources.post import CallDetails, Picture
from tests.unit.issues import makers
from tests.unit.rendering.sample import (
    AT,
    LAYOUTS,
    PUBLIC_URL,
    TOKEN,
    make_delivery,
    make_frozen,
    make_personal,
    make_post,
    make_recipe,
)
from tests.unit.rendering.slow_way import build

CUT_AT = 102_000  # bytes of HTML: from here on Gmail hides the rest behind a link
WIDEST = 560


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_mail_is_cut_and_the_way_out_stands_on_top(layout: str) -> None:
    """Row 27: of sixty long stories those come that stay below the cut; leaving is on top too, and the rest is told."""
    posts = tuple(
        make_post(
            number,
            title=f"{number}: " + "a long title about several things at once " * 3,
            excerpt="A sentence of the usual length, and then some more of it. " * 6,
            picture=Picture(name=f"{number}.jpg", width=1200, height=675, alt="What is to be seen here, in words " * 3),
            call=CallDetails(
                deadline=AT, countries=("DE", "FR", "IT"), page_url=f"https://www.example.org/{'c' * 200}"
            ),
        )
        for number in range(1, 61)
    )
    edition = build(make_frozen(posts, recipe=make_recipe(layout=layout)))
    full = makers.make_reader(length="full")
    sizes = Sizes(edition.frame_size, edition.card_size)
    digest = choose(makers.make_pool_of(posts), full, frozenset(), sizes, limits=Limits(max_posts=60))
    html = page_html(edition, make_personal(chosen=digest.chosen, more=digest.more))
    assert len(digest.chosen) >= 15
    assert digest.more > 0
    assert len(html.encode()) < CUT_AT
    first, last = html.index(f"/u/{TOKEN}"), html.rindex(f"/u/{TOKEN}")
    assert first < html.index("<h1") < html.rindex("<h3") < last
    assert f"{digest.more} more stories online" in html


def test_small_mails_give_no_reason_to_cut_them() -> None:
    """Row 28: no character of the C1 range, UTF-8 said in every part, and another subject for another issue."""
    title = "Patients\u0092 rights \u0080 and \u0085 duties"
    posts = tuple(make_post(number, title=f"{title} {number}", excerpt=title, source_name=title) for number in (1, 2))
    subjects = set()
    for number in (1, 2):
        edition = build(make_frozen(posts))
        personal = make_personal(chosen=(Chosen(PostId(number), Reason.TOPIC, 1),), name="O\u0092Neill", more=0)
        mail = message_from_bytes(compose(edition, personal, make_delivery(), None), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        subjects.add(mail["Subject"])
        parts = [part for part in mail.walk() if not part.is_multipart()]
        assert [part.get_content_charset() for part in parts] == ["utf-8", "utf-8"]
        for text in (str(mail["Subject"]), *(part.get_content() for part in parts)):
            assert re.findall(r"[\x80-\x9f]|&#(?:1[2345]\d|x[89][0-9a-f]);", text) == []
            assert "rights" in text
    assert len(subjects) == 2


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("size", [(1200, 675), (600, 800), (90, 1200), (1200, 120), (40, 40)])
def test_pictures_keep_their_shape_and_stay_outside_the_mail(layout: str, size: tuple[int, int]) -> None:
    """Row 29: JPEG or PNG of our own, never in the mail itself; both measures said, in its shape, within the sheet."""
    width, height = size
    post = make_post(1, picture=Picture(name="p.jpg", width=width, height=height, alt="A picture"))
    personal = make_personal(chosen=(Chosen(PostId(1), Reason.PICK), Chosen(PostId(2), Reason.TOPIC, 1)))
    html = page_html(
        build(make_frozen((post, replace(post, id=PostId(2))), recipe=make_recipe(layout=layout))), personal
    )
    assert re.findall(r"(?:data|cid):", html) == []
    for picture in re.findall(r"<img [^>]*>", html):
        shown = dict(re.findall(r'(\w+)="([^"]*)"', picture))
        assert shown["src"] == f"{PUBLIC_URL}/media/p.jpg"
        assert shown["alt"] == "A picture"
        assert 0 < int(shown["width"]) <= min(width, WIDEST)
        wide, high = int(shown["width"]), int(shown["height"])
        assert min(abs(high - wide * height / width), abs(wide - high * width / height)) < 1


@pytest.mark.parametrize(
    "text",
    [
        "[gallery ids='1,2'] [/gallery]",
        "{{ links.leave }} {% include 'mail/frame.mjml.j2' %}",
        "<mj-raw></mj-section><mj-include path='/etc/passwd' />",
        '<div class="wp-block"><!-- wp:columns --><div>"quotes" and <b>bold',
    ],
)
def test_posts_are_never_read_as_templates(text: str) -> None:
    """Row 30: brackets, Jinja and MJML of a post stand in the mail as they are, and no tag comes of them."""
    calm, wild = (
        page_html(
            build(make_frozen((make_post(1, title=words, excerpt=words), make_post(2)))),
            make_personal(chosen=(Chosen(PostId(1), Reason.TOPIC, 1), Chosen(PostId(2), Reason.TOPIC, 1))),
        )
        for words in ("calm", text)
    )
    assert re.findall(r"<[a-z/!]+", wild) == re.findall(r"<[a-z/!]+", calm)
    assert text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;").replace(
        '"', "&quot;"
    ) in wild.replace("&#39;", "&#x27;").replace("&#34;", "&quot;")
