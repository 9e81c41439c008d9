"""Partners who tell what others tell, or tell it in two languages."""

from dataclasses import replace

from tests.stories.partners import documents
from tests.stories.partners.acts import HTML, RSS, both, item, pages, told
from tests.stories.partners.partner import Partner


def same_stories() -> list[Partner]:
    """Partners who tell what others tell, or tell it in two languages."""
    copied = item("ministry", 1)
    english = item("bilingual", 1, title="Five perspectives on personalised medicine until 2030")
    german = replace(
        english,
        path="/de/bilingual-1",
        title="Fünf Perspektiven für die personalisierte Medizin bis 2030",
        text="Leute aus elf Ländern beschreiben, wie die Medizin auf die Eigenschaften jedes Menschen eingehen muss. "
        "Bürgerinnen und Bürger, Ärztinnen und Pfleger, Krankenhäuser und Kassen finden darin ihre Aufgaben.",
        language="de",
    )
    hint = '<link rel="alternate" hreflang="{}" href="{{site}}{}">'
    pair = both(
        told(english.path, documents.page(english, head=hint.format("de", german.path)), HTML),
        told(german.path, documents.page(german, head=hint.format("en", english.path)), HTML),
    )
    return [
        Partner(
            name="reprinter",  # a press agency that takes over the ministry's release word for word
            path="/feed",
            acts=(
                both(
                    told("/feed", documents.rss("{site}", [replace(copied, path="/taken-over")]), RSS),
                    pages([replace(copied, path="/taken-over")]),
                ),
            ),
            kind="feed",
            posts={copied.title: "candidate"},
        ),
        Partner(
            name="bilingual",
            path="/feed",
            acts=(both(told("/feed", documents.rss("{site}", [english, german]), RSS), pair),),
            kind="feed",
            posts={english.title: "candidate", german.title: "candidate"},
        ),
    ]
