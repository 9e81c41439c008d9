"""A home with a second newsletter, a second list and a sensitive topic: what pages of readers must tell apart."""

from newsletter.app.setup import apply_setup
from newsletter.db.engine import writing
from subscribers.people.add import add_subscriber
from tests.conftest import NOW
from tests.fakes.home import Home

MORE = """\
[[topic]]
slug = "hiv"
name = "Living with HIV"
sensitive = true
[[list]]
slug = "press"
name = "Press and journalists"
opt_in = "double"
[[list]]
slug = "board"
name = "The board"
[[newsletter]]
slug = "calls"
name = "Funding Calls Daily"
from = "Newsroom <news@example.org>"
postal_address = "Example Street 1, 53227 Bonn, Germany"
lists = ["press"]
schedule = "0 7 * * *"
zone = "Europe/Lisbon"
[[newsletter]]
slug = "minutes"
name = "Minutes of the board"
from = "Newsroom <news@example.org>"
postal_address = "Example Street 1, 53227 Bonn, Germany"
lists = ["board"]
"""


def with_two(home: Home, *addresses: str) -> None:
    """Add them, and put these people on the second list."""
    (home.app.home / "more.toml").write_text(MORE, encoding="utf-8")
    apply_setup(home.app, home.app.home / "more.toml")
    with writing(home.app.engine) as db:
        for address in addresses:
            add_subscriber(db, address, "press", consent="a test", by="test", now=NOW, profile={})


ANOTHER = """\
[[newsletter]]
slug = "second"
name = "Second Letter"
from = "Newsroom <news@example.org>"
postal_address = "Example Street 1, 53227 Bonn, Germany"
lists = ["members"]
"""


def add_another(home: Home) -> None:
    """Let a second newsletter go to the list of the first."""
    (home.app.home / "another.toml").write_text(ANOTHER, encoding="utf-8")
    apply_setup(home.app, home.app.home / "another.toml")
