"""Tells a demo run in words and tables: what came in, what the issue holds, who got what, who got nothing and why."""

import shlex
from collections import Counter
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from newsletter.app.words import counted
from newsletter.demo.outcome import DemoOutcome, IssueOutcome, PeopleOutcome, ReaderOutcome, SourceOutcome

_REASONS = {
    "nothing_new": "nothing new for them: no story on their topics, in their languages, that they have not seen",
    "too_few": "fewer new stories than the newsletter's least",
    "stale": "too late to be of use",
}
_LEFT_OUT = {
    "shown_before": "they got before",
    "muted": "on topics they muted",
    "not_readable": "in languages they do not read",
    "not_followed": "on topics they do not follow",
    "dropped": "left out by an editor",
    "not_alive": "withdrawn or past",
    "no_room": "had no room",
    "capped": "were more of a source or topic than one digest takes",
    "too_few": "too few to make a digest",
}


def print_report(outcome: DemoOutcome, console: Console) -> None:
    """Print the whole report."""
    console.print()
    console.print(_sources_table(outcome.sources))
    issue = outcome.issue
    if issue is None:
        console.print("The sample posts are too old to be news by now: no issue was made and nobody was mailed.")
    else:
        console.print(_issue_words(issue))
        console.print(_outcomes_table(outcome.people, issue))
        console.print(_readers_table(outcome))
        if not outcome.caught:
            console.print(Text(_why_no_mail(issue), style="bold"))
    _print_ways_on(outcome, console)


def _sources_table(sources: list[SourceOutcome]) -> Table:
    table = _table("What came in", "source", "read as", "new", "changed", "as before", "trouble")
    for one in sources:
        is_same_document = not (one.new or one.updated or one.unchanged or one.error)
        before = "all" if is_same_document else str(one.unchanged)
        table.add_row(one.owner, one.kind, str(one.new), str(one.updated), before, one.error)
    return table


def _issue_words(issue: IssueOutcome) -> Text:
    languages = ", ".join(f"{count} {language}" for language, count in issue.languages.items())
    sections = ", ".join(f"{name} {count}" for name, count in issue.sections.items())
    return Text.assemble(
        (f"Issue {issue.name}", "bold"),
        f" holds {_stories(issue.stories)} told in {counted(issue.posts, 'post')} ({languages}).\n",
        (f"{sections}\n", "dim"),
    )


def _outcomes_table(people: PeopleOutcome, issue: IssueOutcome) -> Table:
    table = _table("What became of the readers", "readers", "", "why")
    table.columns[0].justify = "right"
    ask = f"newsletter issue status {issue.name} tells more"
    rows = [
        (issue.accepted, "handed over", "each a digest of their own"),
        (issue.waiting, "waiting", ask),
        (issue.failed, "refused", ask),
        (issue.in_doubt, "unclear", ask),
        *((count, "left out", _REASONS.get(reason, reason)) for reason, count in issue.left_out.items()),
        (people.suppressed, "never mailed", "the file says that they unsubscribed"),
        (people.unconfirmed, "not mailed", "never confirmed: without consent no mail"),
        *((1, "row refused", f"line {line}: {reason}") for line, reason in people.refused),
    ]
    for count, what, why in rows:
        if count:
            table.add_row(str(count), what, why)
    return table


def _readers_table(outcome: DemoOutcome) -> Table:
    """Show the sample readers; where nobody got anything, the first and the last say it all."""
    some = any(one.stories for one in outcome.readers)
    readers = outcome.readers if some else [outcome.readers[0], outcome.readers[-1]]
    table = _table("Some of them", "reader", "got", "why")
    table.columns[0].no_wrap = True
    for one in readers:
        who = f"{one.name}\n{one.address}\n{one.language}, {one.zone}\n"
        table.add_row(who, _got(one), _why(one) if one.stories else _why_not(one))
    return table


def _got(reader: ReaderOutcome) -> str:
    return f"{_stories(len(reader.stories))}: {reader.subject}" if reader.stories else "no mail"


def _why(reader: ReaderOutcome) -> str:
    counts = Counter(story.why for story in reader.stories)
    return "\n".join(f"{count} {why}" for why, count in counts.most_common())


def _why_not(reader: ReaderOutcome) -> str:
    lines = [f"{_stories(count)} {_LEFT_OUT.get(why, why)}" for why, count in reader.left_out.items()]
    return "\n".join(lines) or _REASONS.get(reader.why_nothing, reader.why_nothing)


def _why_no_mail(issue: IssueOutcome) -> str:
    if issue.accepted:
        return "All of this issue had been handed over before: this run mailed nobody."
    return "There is nothing new for anybody: nobody was mailed."


def _stories(count: int) -> str:
    return counted(count, "story", "stories")


def _print_ways_on(outcome: DemoOutcome, console: Console) -> None:
    newsletter = f"{_command()} --home {shlex.quote(str(outcome.home))}"
    lines = [f"{counted(outcome.caught, 'mail')} caught; the run took {outcome.seconds} s."]
    lines.append(f"  the mails           {outcome.mail}")
    if outcome.sample_mail:
        lines.append(f"  one of them         {outcome.sample_mail}")
    if outcome.preview:
        lines.append(f"  the same as a page  {outcome.preview}")
    if outcome.issue and outcome.readers:
        address = outcome.readers[0].address
        lines.append(f"  why somebody got it {newsletter} explain {address} {outcome.issue.name}")
    lines.append(f"  the editors' desk   {newsletter} serve")
    lines += ["", "The sample web sites are switched off again: the desk will call them unreachable."]
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False)


def _command() -> str:
    local = Path(".venv/bin/newsletter")
    return str(local) if local.exists() else "newsletter"


def _table(title: str, *heads: str) -> Table:
    table = Table(*heads, title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        column.vertical = "top"
    return table
