"""Languages are what is declared, else what the text looks like; topics are words, whole ones."""

import pytest

from newsletter.sources.cleaning.language import detect_language, language_code, language_of, nearest_code
from newsletter.sources.cleaning.topics import Assigned, TopicRules, keyword_fault
from newsletter.sources.source import Topic


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("de-AT", "de"),
        ("EN_us", "en"),
        ("fr", "fr"),
        ("zh-Hant-TW", "zh"),
        ("iw", "he"),
        ("und", ""),
        ("", ""),
        ("english", ""),
        ("*", ""),
    ],
)
def test_a_tag_gives_its_language(tag: str, code: str) -> None:
    """The primary subtag is the language, in its modern spelling; what is no tag is none."""
    assert language_code(tag) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Die Ministerin eröffnet die Konferenz in Berlin.", "de"),
        ("The minister opens the conference in Berlin.", "en"),
        ("La ministre ouvre la conférence à Berlin.", "fr"),
        ("Il ministro apre la conferenza di Berlino.", "it"),
        ("El ministro inaugura la conferencia en Berlín.", "es"),
        ("وزير الصحة يفتتح المؤتمر في برلين اليوم", "ar"),
        ("OK", ""),
        ("", ""),
    ],
)
def test_enough_text_tells_its_language(text: str, code: str) -> None:
    """A sentence is enough; a word is not."""
    assert detect_language(text) == code


TEXTS = {
    "en": "The ministry funds eight projects on personalised medicine with twelve million euros. Teams may "
    "apply until the end of January; experts and patients choose together, and the first work begins "
    "in the month of May.",
    "de": "Das Ministerium fördert acht Vorhaben zur personalisierten Medizin mit zwölf Millionen Euro. "
    "Anträge sind bis Ende Januar möglich; Fachleute und Betroffene wählen gemeinsam aus, und im Mai "
    "beginnen die ersten Arbeiten.",
    "fr": "Le ministère finance huit projets de médecine personnalisée avec douze millions d'euros. Les "
    "équipes peuvent déposer leur dossier jusqu'à fin janvier ; experts et patients choisissent "
    "ensemble, et les travaux débutent en mai.",
    "it": "Il ministero finanzia otto progetti di medicina personalizzata con dodici milioni di euro. Le "
    "domande sono possibili fino alla fine di gennaio; esperti e pazienti scelgono insieme, e i "
    "primi lavori cominciano a maggio.",
    "es": "El ministerio financia ocho proyectos de medicina personalizada con doce millones de euros. Las "
    "solicitudes se aceptan hasta finales de enero; expertos y pacientes eligen juntos, y los "
    "primeros trabajos empiezan en mayo.",
    "pt": "O ministério financia oito projetos de medicina personalizada com doze milhões de euros. As "
    "candidaturas são aceites até ao fim de janeiro; especialistas e doentes escolhem em conjunto, e "
    "os trabalhos começam em maio.",
    "ar": "تموّل الوزارة ثمانية مشاريع للطب الشخصي باثني عشر مليون يورو، ويمكن تقديم الطلبات حتى نهاية شهر "
    "يناير، ويختار الخبراء والمرضى معًا المشاريع الفائزة، ثم تبدأ الأعمال الأولى في شهر مايو من "
    "العام المقبل في عدة مستشفيات كبيرة.",
    "ja": "厚生労働省は個別化医療に関する八つの研究計画に十二億円を助成します。応募は一月末まで受け付け、専"
    "門家と患者が一緒に選考します。最初の研究は五月に始まり、全国の大学病院で行われる予定です。結果は"
    "来年の秋に公開されることになっています。",
    "pl": "Ministerstwo finansuje osiem projektów z zakresu medycyny spersonalizowanej kwotą dwunastu "
    "milionów euro. Wnioski można składać do końca stycznia; eksperci i pacjenci wybierają wspólnie, "
    "a prace ruszają w maju.",
}


@pytest.mark.parametrize("code", TEXTS)
def test_a_template_cannot_declare_what_its_text_is_not(code: str) -> None:
    """A publishing system that writes en-US into every feed makes no post English, and none foreign."""
    assert language_of(TEXTS[code], document="en-US") == code
    assert language_of(TEXTS[code], document=code) == code
    assert language_of(TEXTS[code]) == code


@pytest.mark.parametrize("code", TEXTS)
def test_what_a_post_says_of_itself_gives_way_to_what_is_beyond_doubt(code: str) -> None:
    """A whole text overrules a post's own declaration and its source's; a sentence in the same script does not."""
    other = "fr" if code == "en" else "en"
    assert language_of(TEXTS[code], post=other) == code
    assert language_of(TEXTS[code][:70], source=other) == (code if code in {"ar", "ja"} else other)


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        ("fr", "Horizon Europe: ERA4Health"),
        ("no", TEXTS["de"][:40]),
        ("sr", "Ministarstvo zdravlja otvara novi poziv."),
    ],
)
def test_too_little_text_overrules_nothing(declared: str, text: str) -> None:
    """Titles are full of names; a document's word counts there."""
    assert language_of(text, document=declared) == declared


def test_the_nearest_declaration_counts_first() -> None:
    """A post's own language comes before its source's, that before its document's; what is no language is none."""
    text = "ERA4Health 2027"
    assert language_of(text, post="de-DE", source="fr", document="it") == "de"
    assert language_of(text, post="x-default", source="fr", document="it") == "fr"
    assert language_of(text, post="", source="xx", document="it") == "it"


def test_like_languages_are_told_apart_by_those_who_write_them() -> None:
    """Norwegian and Danish, Czech and Slovak: a declaration knows better than statistics."""
    text = "Ministeriet støtter otte projekter om personlig medicin med tolv millioner euro til slutningen af året."
    assert language_of(text, document="no") == "no"
    assert language_of(text, document="en") == "da"


@pytest.mark.parametrize(("meant", "code"), [("cz", "cs"), ("gr", "el"), ("JP", "ja"), ("German", "de"), ("qq", "")])
def test_a_country_or_a_name_tells_what_was_meant(meant: str, code: str) -> None:
    """People write a country's code or the language's name; the hint gives the code."""
    assert nearest_code(meant) == code


def topic(slug: str, name: str, *keywords: str, position: int = 0, names: dict[str, str] | None = None) -> Topic:
    return Topic(
        id=position, slug=slug, name=name, names=names or {}, keywords=keywords, sensitive=False, position=position
    )


TOPICS = [
    topic("funding", "Funding calls", "grant", "call for proposals", position=2, names={"de": "Förderung"}),
    topic("cancer", "Cancer", "Krebs", "癌症", position=1),
    topic("data", "Data and IT", "C++", position=3),
]


def assign(
    text: str,
    *,
    rules: list[Topic] = TOPICS,
    language: str = "en",
    categories: tuple[str, ...] = (),
    mapped: dict[str, str] | None = None,
    defaults: tuple[str, ...] = (),
    sent_in: bool = False,
    own: tuple[str, ...] = (),
    given: tuple[str, ...] = (),
) -> Assigned:
    told = {"categories": categories, "mapped": mapped or {}, "defaults": defaults, "sent_in": sent_in}
    told |= {"own": own, "given": given}
    return TopicRules(rules).assign(text, language=language, **told)  # type: ignore[arg-type]  # a dict of arguments


@pytest.mark.parametrize(
    ("text", "categories", "found"),
    [
        ("A GRANT for research", (), ("funding",)),
        ("Help for immigrants", (), ()),
        ("A Call  for\nProposals is open", (), ("funding",)),
        ("Calls for proposals", (), ("funding",)),
        ("A call to make proposals", (), ()),
        ("Grants", (), ("funding",)),
        ("Neues zu Krebs: ein Grant", (), ("cancer", "funding")),
        ("研究癌症的新方法", (), ("cancer",)),
        ("written in C++, mostly", (), ("data",)),
        ("written in C, mostly", (), ()),
        ("nothing", ("FUNDING CALLS", "x"), ("funding",)),
        ("nothing", ("förderung",), ("funding",)),
        ("nothing", ("data",), ("data",)),
        ("nothing", ("dat",), ()),
    ],
)
def test_topics_by_word_and_category(text: str, categories: tuple[str, ...], found: tuple[str, ...]) -> None:
    """Keywords count as whole words in any form, categories by slug or any name, whatever their case."""
    assert assign(text, categories=categories).topics == found


@pytest.mark.parametrize(
    ("language", "keyword", "text", "is_found"),
    [
        ("en", "grant", "Two grants are open", True),
        ("de", "Förderung", "Neue Förderungen ab Mai", True),
        ("fr", "essai clinique", "Les essais cliniques en Europe", True),
        ("fr", "hôpital", "Les hôpitaux universitaires", True),
        ("it", "bando", "I nuovi bandi", True),
        ("es", "convocatoria", "Tres convocatorias abiertas", True),
        ("pt", "edital", "Dois editais abertos", True),
        ("fr", "essai clinique", "Un essai de la clinique", False),
        ("de", "Krebs", "Die Krebsforschung", False),
        ("de", "Krebs*", "Die Krebsforschung", True),
        ("de", "seltene Erkrank*", "Ein Register seltener Erkrankungen", True),
        ("en", "=AI", "AI in hospitals", True),
        ("en", "=AI", "Ai Weiwei in the rain", False),
        ("en", "covid-19", "COVID 19 and after", True),
        ("xx", "grant", "Grants", False),
        ("ar", "مستشفى", "افتتاح مستشفى جديد", True),
        ("en", "gene", "general", False),
    ],
)
def test_a_keyword_is_found_in_the_forms_of_its_language(
    language: str, keyword: str, text: str, is_found: bool
) -> None:
    """Plurals and cases count, compounds only with a star, and what begins with = exactly as it is written."""
    found = assign(text, rules=[topic("t", "T", keyword)], language=language)
    assert found == (Assigned(("t",), {"t": f"keyword:{keyword}"}) if is_found else Assigned((), {}))


@pytest.mark.parametrize(
    ("keyword", "is_good"), [("", False), ("=", False), ("*", False), ("ab*", False), ("癌*", True)]
)
def test_a_keyword_that_cannot_be_found_is_a_fault(keyword: str, is_good: bool) -> None:
    """Nothing but signs, or two letters and a star, are refused in words."""
    assert (keyword_fault(keyword) == "") is is_good


def test_each_topic_tells_why() -> None:
    """The source's own, the post itself, a category mapped or by its name, a keyword, a person: one is told."""
    found = assign(
        "a grant",
        categories=("Ausschreibungen", "Krebs"),
        mapped={"ausschreibungen": "funding", "KREBS": "cancer"},
        defaults=("cancer", "policy"),
    )
    assert found.topics == ("cancer", "funding", "policy")
    assert found.reasons == {"cancer": "source", "policy": "source", "funding": "category:Ausschreibungen"}
    assert assign("x", categories=("data",), sent_in=True).reasons == {"data": "sender"}
    assert assign("a grant", own=("Funding", "data"), categories=("data",)).reasons == {
        "data": "post",
        "funding": "post",
    }
    assert assign("a grant", own=("data",), given=("data", "funding")).reasons == {
        "data": "editor",
        "funding": "editor",
    }


def test_an_editors_hand_stays_over_what_is_found() -> None:
    """What was added stays, what was taken off stays off, the rest follows the text; a whole set is left alone."""
    rules = TopicRules(TOPICS)
    stored = Assigned(("funding", "data"), {"funding": "keyword:grant", "data": "editor", "cancer": "removed"})
    found = Assigned(("cancer",), {"cancer": "keyword:Krebs"})
    assert rules.with_hand(found, stored) == Assigned(("data",), {"cancer": "removed", "data": "editor"})
    whole = Assigned(("funding",), {"*": "editor", "funding": "editor"})
    assert rules.with_hand(found, whole) == whole
