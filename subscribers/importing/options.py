"""How an import reads its file: what the operator said about columns, topics and people. Kept with the import."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What was told. Nothing told: columns are known by their names, every topic is followed as it is written."""

    columns: Mapping[str, str] = field(default_factory=dict)  # theirs, in lower case, to ours; to "": an attribute
    # Names and slugs of topics, in lower case, to slugs; a topic that is not here is left out and told. None: any.
    topics: Mapping[str, str] | None = None
    archive: str = ""  # which archive the file came in: its files stop together
    standing: str = ""  # what the file itself says of all its rows: a status such as "unsubscribed"

    def as_json(self) -> str:
        """Give the text that is kept."""
        return json.dumps(asdict(self), ensure_ascii=False)


def read_options(text: str) -> ImportOptions:
    """Read what was kept."""
    return ImportOptions(**json.loads(text))
