"""The desk answers on its own machine only."""

import pytest

from tests.fakes.home import ANNA, Home
from tests.integration.web.asking import Asking

DESK = ["/", "/desk", "/desk/issues/1", "/desk/issues/1/mail", "/desk/nothing"]


@pytest.mark.parametrize("path", DESK)
def test_other_machines_are_refused(ask: Asking, path: str) -> None:
    """A client that is not on loopback gets 403 with words, whatever it asks of the desk, and nothing else."""
    for client in ("192.0.2.1", "10.1.2.3", "2001:db8::1", "128.0.0.1"):
        answer = ask.get(path, client=client)
        assert answer.status_code == 403
        assert "own machine" in answer.text
        assert "Personalised" not in answer.text


@pytest.mark.parametrize("path", DESK)
def test_other_names_are_refused(ask: Asking, path: str) -> None:
    """DNS rebinding: a page on the web whose name now means 127.0.0.1 sends its own name as Host."""
    for host in ("news.example.org", "127.0.0.1.example.org", "localhost.example.org:8000", "10.0.0.1"):
        assert ask.get(path, host=host).status_code == 403


def test_what_a_proxy_hands_on_is_refused(ask: Asking) -> None:
    """A proxy on this machine is a client on loopback, but its visitors are not."""
    for field in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "X-Forwarded-Host"):
        assert ask.get("/desk", headers={field: "127.0.0.1"}).status_code == 403


def test_this_machine_is_let_in(ask: Asking) -> None:
    """Every name of this machine opens the desk, through whatever port a tunnel gave it."""
    for host in ("127.0.0.1:8000", "localhost", "LOCALHOST:9", "localhost.", "[::1]:8000", "127.9.9.9"):
        assert ask.get("/desk", host=host).status_code == 200
    assert ask.get("/desk", client="::1").status_code == 200


def test_public_pages_are_open_to_all(home: Home, ask: Asking) -> None:
    """Readers come from anywhere and by the public name."""
    for client, host in (("192.0.2.1", "news.example.org"), ("2001:db8::1", "[2001:db8::2]")):
        assert ask.get(f"/u/{home.token(ANNA)}", client=client, host=host).status_code == 200
        assert ask.get("/healthz", client=client, host=host).text == "ok\n"
