"""Looks over an issue before it leaves: every language that its readers have, the templates, and on wish each link."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from newsletter.app.app import App
from newsletter.app.content import content_of
from newsletter.app.preview import Prepared, prepare_in
from newsletter.app.words import counted
from newsletter.base.errors import NotAllowedNow
from newsletter.base.mail_clients import clients_named
from newsletter.db.engine import reading
from newsletter.issues.issue import Issue
from newsletter.issues.pool import has_intro
from newsletter.issues.recipe import Recipe
from newsletter.rendering.edition import Edition, build_edition
from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.lint.edition import check_edition, largest_of, leads_to, page_of
from newsletter.rendering.lint.finding import LintFinding, Severity, error, warning
from newsletter.rendering.lint.links import links_outward
from newsletter.rendering.strings import languages
from newsletter.rendering.templates import template_faults
from newsletter.rendering.tracing import traced
from newsletter.sources.errors import FetchFailed, HostRests, NoSuchName
from subscribers.people.figures import languages_spoken

_ASKED_AT_ONCE = 8
_WRONG = 400  # from here on a status says that there is nothing (RFC 9110, section 15.5)


class CannotGoOut(NotAllowedNow):
    """Something is wrong with the mail itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What was found, and in which languages it was looked for."""

    languages: tuple[str, ...]
    findings: tuple[tuple[str, LintFinding], ...]  # language (empty: all of them) and finding
    largest: int = 0  # octets of decoded HTML that no digest of any language exceeds; 0: there is no mail to look at

    @property
    def errors(self) -> list[tuple[str, LintFinding]]:
        return [one for one in self.findings if one[1].severity is Severity.ERROR]


def lint_issue(app: App, issue: Issue, *, online: bool = False) -> Linted:
    """Give all findings. What is the same in each language is told once."""
    with reading(app.engine) as db:
        frozen = content_of(app, db, issue)
    if not frozen.posts and not (frozen.kind == "letter" and has_intro(frozen)):
        return Linted(languages=(), findings=())  # there is no mail to look at; approving says so
    try:
        broken = template_faults(app.templates, frozen.recipe.layout)
        prepared = [prepare_in(app, issue, language) for language in _languages(app, frozen.recipe)]
    except InvalidLayout as fault:
        return Linted(languages=(), findings=tuple(("", template_finding(one)) for one in fault.faults))
    public_url, clients = app.settings.web.public_url, clients_named(app.settings.lint.clients)
    found: dict[LintFinding, list[str]] = {template_finding(one): [] for one in broken}
    for one in prepared:
        placed = _placed(app, one)
        for finding in check_edition(
            one.frozen, one.edition, one.personal, public_url=public_url, clients=clients, placed=placed
        ):
            found.setdefault(finding, []).append(one.edition.language)
    if online:
        links: dict[str, str] = {}
        for one in prepared:
            page = page_of(one.frozen, one.edition, one.personal)
            links |= links_outward(page, public_url=public_url, leads_to=leads_to(one.frozen, public_url))
        for finding in _dead(app, links):
            found.setdefault(finding, [])
    spoken = tuple(one.edition.language for one in prepared)
    told = [("" if len(where) in {0, len(spoken)} else ", ".join(where), finding) for finding, where in found.items()]
    return Linted(
        languages=spoken,
        findings=tuple(sorted(told, key=lambda one: one[1].severity.value)),
        largest=max(largest_of(one.frozen, one.edition) for one in prepared),
    )


def end_words(linted: Linted) -> str:
    """Count the findings and say how large a mail can get: "1 error, 0 warnings; the largest mail has 61,204 bytes"."""
    bad = len(linted.errors)
    size = f"; the largest mail has {linted.largest:,} bytes" if linted.largest else ""
    return f"{counted(bad, 'error')}, {counted(len(linted.findings) - bad, 'warning')}{size}"


def template_finding(fault: str) -> LintFinding:
    """Make a finding of a template's fault: where it stands comes first in it."""
    where, colon, words = fault.partition(": ")
    return error("template", where, words) if colon else error("template", "the templates", fault)


def need_no_errors(linted: Linted, issue: Issue) -> None:
    """Insist that nothing is wrong that stops an approval; CannotGoOut names each."""
    if linted.errors:
        lines = [f"  {one.where}: {one.words}" for _, one in linted.errors]
        raise CannotGoOut(f"issue {issue.name} cannot go out like this:\n" + "\n".join(lines))


def _placed(app: App, one: Prepared) -> Edition | None:
    """Build the edition again with the places of its tags; None where all templates are ours."""
    if not app.settings.templates_dir:
        return None
    public_url = app.settings.web.public_url
    return build_edition(one.frozen, one.edition.language, public_url=public_url, environment=traced(app.templates))


def _languages(app: App, recipe: Recipe) -> list[str]:
    """Give the newsletter's language first, then those of our catalogues that readers have chosen."""
    with reading(app.engine) as db:
        spoken = languages_spoken(db)
    known = set(languages(app.templates))
    return list(dict.fromkeys((recipe.language, *(one for one in spoken if one in known))))


def _dead(app: App, links: dict[str, str]) -> Iterator[LintFinding]:
    def ask(url: str) -> str:
        try:
            app.fetcher.get(url)
        except HostRests:
            return ""  # it was not asked
        except FetchFailed as fault:
            # Too large, or no page: it is there all the same.
            return str(fault) if fault.status >= _WRONG or isinstance(fault, NoSuchName) or not fault.status else ""
        return ""

    with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
        for url, words in zip(links, pool.map(ask, links), strict=True):
            if words:
                yield warning("link-dead", links[url] or url, f"{url}: {words}")
