"""Pages of lists as sites of all kinds write them, and pages that only look like one."""

TITLES = (
    "Personalised medicine reaches rural hospitals",
    "New call for rare disease research opens",
    "Ministers agree on a shared data space",
    "Conference on genomics returns to Bonn",
    "Annual report of the agency published",
)
SLUGS = ("medicine-rural", "rare-disease-call", "data-space", "genomics-conference-bonn", "annual-report")
DATES = ("12.11.2026", "05.11.2026", "28.10.2026", "14.10.2026", "02.10.2026")
TEASER = "The agency tells what its partners have worked out since spring, and what comes next."
TEXT = "The ministries tell at length how personalised medicine reaches every patient. "
NAV = "".join(
    f"<li><a href='/{text.lower().replace(' ', '-')}'>{text}</a></li>"
    for text in ("About us", "Our work in Europe", "How to reach us")
)


def page(body: str, *, heading: str = "News", title: str = "Agency") -> str:
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title></head><body><nav><ul>{NAV}</ul></nav>"
        f"<main><h1>{heading}</h1>{body}</main>"
        "<footer><a href='/legal-notice-of-us'>Legal notice</a></footer></body></html>"
    )


def rows(item: str, around: str = "<ul>{}</ul>", numbers: range = range(5)) -> str:
    told = [item.format(n=n + 1, t=TITLES[n], s=SLUGS[n], d=DATES[n], p=TEASER) for n in numbers]
    return around.format("".join(told))


# d: date, t: title, s: slug, n: number, p: teaser
LISTS = {
    "date, link, bare teaser": rows("<li><span class=date>{d}</span> <a href='/news/{s}'>{t}</a> {p}</li>"),
    "date, link, teaser": rows("<li><span>{d}</span><a href='/{s}.html'>{t}</a><p>{p}</p></li>"),
    "and Weiterlesen": rows(
        "<li><span>{d}</span> <a href='/m/{n}'>{t}</a><p>{p}</p><a href='/m/{n}'>Weiterlesen</a></li>"
    ),
    "and Read more, by number": rows(
        "<li><span>{d}</span> <a href='?id={n}'>{t}</a><p>{p}</p><a href='?id={n}'>Read more</a></li>"
    ),
    "only dates and links": rows("<li>{d} <a href='/a{n}.html'>{t}</a></li>"),
    "date, dash, link": rows("<li>{d} \u2013 <a href='/a{n}.html'>{t}</a></li>"),
    "link, date in brackets": rows("<li><a href='/a{n}.html'>{t}</a> ({d})</li>"),
    "table": rows(
        "<tr><td>{d}</td><td><a href='/n/{n}'>{t}</a></td></tr>", "<table><tr><th>Date<th>Title</tr>{}</table>"
    ),
    "table with a cell for more": rows(
        "<tr><td>{d}</td><td>{t}</td><td><a href='/n/{n}'>more</a></td></tr>", "<table>{}</table>"
    ),
    "definition list": rows("<dt>{d}</dt><dd><a href='/n/{n}'>{t}</a></dd>", "<dl>{}</dl>"),
    "bare links": rows("<li><a href='/item{n}.html'>{t}</a></li>"),
    "cards": rows(
        "<div class=card><a href='/n/{s}'><img src='/i{n}.jpg' alt=''></a>"
        "<div><span class=date>{d}</span><a class=title href='/n/{s}'>{t}</a></div></div>",
        "<div class=grid>{}</div>",
    ),
    "a card in a link": rows(
        "<a class=card href='/n/{s}'><span class=date>{d}</span><span class=title>{t}</span><span>{p}</span></a>",
        "<div>{}</div>",
    ),
    "a card of blocks in a link": rows(
        "<a class=card href='/n/{s}'><div>{d}</div><div>{t}</div><div>{p}</div></a>", "<div>{}</div>"
    ),
    "heading beside Mehr lesen": rows(
        "<div class=teaser><p>{d}</p><h3>{t}</h3><p>{p}</p><a href='/n/{n}'>Mehr lesen</a></div>", "<div>{}</div>"
    ),
    "strong beside Read more": rows(
        "<li><span>{d}</span> <strong>{t}</strong><p>{p} <a href='/n/{n}'>Read more</a></p></li>"
    ),
    "strong beside an arrow": rows("<li><strong>{t}</strong><br>{p} <a href='/news/{s}'>» mehr</a></li>"),
    "more for those who do not see": rows(
        "<li><p>{p}</p><a href='/n/{s}'>Read more<span class=sr-only> about {t}</span></a></li>"
    ),
    "title as an attribute": rows("<li><div>{d}</div><p>{p}</p><a href='/n/{s}' title='{t}'>Read more</a></li>"),
    "by month": "<h2>November 2026</h2>"
    + rows("<li><span>{d}</span> <a href='/n/{n}'>{t}</a></li>", numbers=range(2))
    + "<h2>October 2026</h2>"
    + rows("<li><span>{d}</span> <a href='/n/{n}'>{t}</a></li>", numbers=range(2, 5)),
    "flat": rows("<h3><a href='/n/{s}'>{t}</a></h3><p class=date>{d}</p><p>{p}</p>", "<div>{}</div>"),
    "flat, dates first": rows("<p>{d}</p><h3><a href='/n/{s}'>{t}</a></h3><p>{p}</p>", "<div>{}</div>"),
    "flat, more last": rows(
        "<h3>{t}</h3><p class=date>{d}</p><p>{p}</p><p><a href='/n/{s}'>Read more</a></p>", "<div>{}</div>"
    ),
    "flat, rules between": rows("<b>{d}</b><br><a href='/n/{s}'>{t}</a><br>{p}<hr>", "<div>{}</div>"),
    "lines": rows("{d} <a href='/n/{s}'>{t}</a><br>", "<p>{}</p>"),
    "paragraphs": rows("<p><b>{d}</b> <a href='/n/{s}'>{t}</a><br>{p}</p>", "<div>{}</div>"),
    "topics as classes": "".join(
        f"<div class='item cat-{word}'><i>{DATES[n]}</i> "
        f"<a class='link {word}' href='/n/{SLUGS[n]}'>{TITLES[n]}</a></div>"
        for n, word in enumerate(("alpha", "beta", "gamma", "delta", "epsilon"))
    ),
    "fields of a system": rows(
        "<div class='views-row'><div class='views-field views-field-title'><span><a href='/n/{s}'>{t}</a></span></div>"
        "<div class='views-field views-field-created'><span>{d}</span></div></div>",
        "<div class=view-content>{}</div>",
    ),
    "a topic before the title": rows(
        "<li><a href='/n/{s}'><span class=category>Press release</span><span class=date>{d}</span><p>{t}</p></a></li>"
    ),
    "two links, one the date": rows(
        "<tr><td><a href='/n/{n}'>{d}</a></td><td><a href='/n/{n}'>{t}</a></td></tr>", "<table>{}</table>"
    ),
    "headlines in articles": rows(
        "<article><h2><a href='/n/{s}'>{t}</a></h2><time>{d}</time><p>{p}</p></article>", "<div>{}</div>"
    ),
}

_RELATED = rows("<li><span>{d}</span> <a href='/news/{s}'>{t}</a></li>")


def _links(folder: str, *texts: str, around: str = "<li>{}</li>") -> str:
    return "".join(around.format(f"<a href='{folder}{text.lower().replace(' ', '-')}'>{text}</a>") for text in texts)


_SERVICES = _links(
    "/services/",
    "Consulting for hospitals",
    "Training",
    "Data services",
    "Our laboratories",
    around="<div class=box><h3>{}</h3><p>" + TEASER + "</p></div>",
)
_PARTNERS = ("University of Bonn", "Ministry of Health", "Charité Berlin", "Institut Pasteur Paris")
_TOPICS = ("Genomics", "Rare diseases", "Data protection", "Oncology research", "Public health")

# Where each was found, and what it holds.
NO_LISTS = {
    "an article with related ones": (
        "/news/a-vision-for-europe",
        page(f"<p>{TEXT * 12}</p><h2>More news</h2>{_RELATED}", heading="A vision for Europe"),
    ),
    "a short one among the listed": (
        "/news/a-vision-for-europe",
        page(f"<p>{TEXT * 4}</p><h2>Seen elsewhere</h2>{_RELATED}", heading="A vision"),
    ),
    "a short one with a number": (
        "/artikel/4711",
        page(f"<p>{TEXT * 2}</p><h2>More news</h2>{_RELATED}", heading="A vision for Europe"),
    ),
    "an article with a table of contents": (
        "/policy/white-paper",
        page(f"<p>{TEXT * 12}</p>{_links('/policy/white-paper/', *TITLES)}", heading="White paper"),
    ),
    "a long article above what others are about": (
        "/wiki/vision",
        page(
            f"<p>{TEXT * 10}</p>" + rows("<li><h3><a href='/w/{n}'>{t}</a></h3><p>{p} {p}</p></li>"), heading="Vision"
        ),
    ),
    "a front page of services": ("/", page(f"<p>{TEXT * 3}</p>{_SERVICES}", heading="Welcome")),
    "a front page of menus": (
        "/",
        page(
            "".join(f"<div><h4>{word}</h4><ul>{_links(f'/{word}/', *_TOPICS)}</ul></div>" for word in ("a", "b", "c"))
        ),
    ),
    "people to reach": (
        "/contact",
        page(_links("/staff/", "Anna Berg", "Jean Petit", "Maria Rossi"), heading="Contact"),
    ),
    "sponsors": ("/sponsors", page(_links("/sponsors/", *_PARTNERS), heading="Our sponsors")),
    "sponsors elsewhere": ("/news/", page(_links("https://other.example/", *_PARTNERS))),
    "a tag cloud": ("/topics", page(_links("/topics/", *_TOPICS, around="{} "), heading="Topics")),
    "a tag cloud on a page of news": ("/news/", page(f"<p>Nothing yet.</p>{_links('/news/topic-', *_TOPICS)}")),
    "months of an archive": ("/news/", page(_links("/news/", "January 2026", "February 2026", "March 2026"))),
    "pages by number": (
        "/news/",
        page("<p>Nothing yet.</p>" + "".join(f"<a href='/news/?page={n}'>Page number {n}</a>" for n in range(9))),
    ),
    "pages by figure": (
        "/news/",
        page("<p>Nothing yet.</p>" + "".join(f"<a href='/news/list-{n}.html'>{n}</a>" for n in range(9))),
    ),
}
