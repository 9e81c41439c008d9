"""Tells a demo run in words and tables: what came in, what the issue holds, who got what, who got nothing and why."""

from collections import Counter
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from newsletter.demo.outcome import DemoOutcome, IssueOutcome, ReaderOutcome, SourceOutcome

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
    "too_few": "too few to make a digest",
}


def print_report(outcome: DemoOutcome, console: Console) -> None:
    """Print the whole report."""
    console.print()
    console.print(_sources_table(outcome.sources))
    issue = outcome.issue
    if issue is None:
        console.print("The sample posts are too old to be news by now; no issue was made and nobody was mailed.")
    else:
        console.print(_issue_words(issue))
        console.print(_outcomes_table(outcome, issue))
        _print_readers(outcome, console)
        if not issue.accepted or not outcome.caught:
            console.print(Text("Nothing new for anybody: nobody was mailed.", style="bold"))
    _print_ways_on(outcome, console)


def _sources_table(sources: list[SourceOutcome]) -> Table:
    table = _table("What came in", "source", "read as", "new", "changed", "as before", "trouble")
    for one in sources:
        table.add_row(one.owner, one.kind, str(one.new), str(one.updated), str(one.unchanged), one.error)
    return table


def _issue_words(issue: IssueOutcome) -> Text:
    languages = ", ".join(f"{count} {language}" for language, count in issue.languages.items())
    sections = ", ".join(f"{name} {count}" for name, count in issue.sections.items())
    return Text.assemble(
        ("Issue ", "bold"),
        (issue.name, "bold"),
        f" holds {issue.stories} stories told in {issue.posts} posts ({languages}).\n",
        (f"{sections}\n", "dim"),
    )


def _outcomes_table(outcome: DemoOutcome, issue: IssueOutcome) -> Table:
    table = _table("What became of the readers", "readers", "", "why")
    table.columns[0].justify = "right"
    table.add_row(str(issue.accepted), "handed over", "each a digest of their own")
    states = ((issue.waiting, "waiting"), (issue.failed, "refused"), (issue.in_doubt, "unclear"))
    for count, words in states:
        if count:
            table.add_row(str(count), words, f"newsletter issue status {issue.name} tells more")
    for reason, count in issue.reasons.items():
        table.add_row(str(count), "left out", _REASONS.get(reason, reason))
    people = outcome.people
    if people.suppressed:
        table.add_row(str(people.suppressed), "never mailed", "the file says that they unsubscribed")
    if people.unconfirmed:
        table.add_row(str(people.unconfirmed), "not mailed", "never confirmed: no consent, no mail")
    for line, reason in people.refused:
        table.add_row("1", "row refused", f"line {line}: {reason}")
    return table


def _print_readers(outcome: DemoOutcome, console: Console) -> None:
    table = _table("Seven of them", "reader", "subject", "stories", "why these")
    table.columns[2].justify = "right"
    for one in outcome.readers:
        who = f"{one.name}\n{one.address}\n{one.language}, {one.zone}"
        if one.stories:
            table.add_row(who, one.subject, str(len(one.stories)), _why(one))
        else:
            table.add_row(who, "no mail", "0", _why_not(one))
    console.print(table)


def _why(reader: ReaderOutcome) -> str:
    counts = Counter(story.why for story in reader.stories)
    return "\n".join(f"{count} x {why}" for why, count in counts.most_common())


def _why_not(reader: ReaderOutcome) -> str:
    lines = [f"{count} stories {_LEFT_OUT.get(why, why)}" for why, count in reader.left_out.items()]
    return "\n".join(lines) or _REASONS.get(reader.why_nothing, reader.why_nothing)


def _print_ways_on(outcome: DemoOutcome, console: Console) -> None:
    lines = [f"{outcome.caught} mails were caught in {outcome.seconds} s. All mails: {outcome.mail}"]
    if outcome.sample_mail:
        lines.append(f"One of them:         {outcome.sample_mail}")
    if outcome.preview:
        lines.append(f"The same as a page:  {outcome.preview}")
    lines += [
        f"The editors' desk:   {_command()} --home {outcome.home} serve",
        f"Why anybody got it:  {_command()} --home {outcome.home} explain ADDRESS weekly",
        "",
        "The sample web sites are switched off now: the desk will show three feeds and a page as unreachable.",
    ]
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
