"""Getting in: TLS, certificates, logins; and what becomes of mail when one does not get in."""

import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from newsletter.providers.errors import ProviderError
from newsletter.providers.provider import Accepted, OurFault, Outcome, Scope, Temporary
from newsletter.providers.smtp import SmtpProvider
from newsletter.providers.smtp_relay import Relay, Timeouts, Tls
from tests.fakes.certificates import make_certificate
from tests.fakes.hand_over import HandOver, make_outgoing
from tests.fakes.smtp_server import SmtpServer


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return make_certificate(tmp_path_factory.mktemp("certificate"), "127.0.0.1")


@pytest.fixture(scope="session")
def others_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return make_certificate(tmp_path_factory.mktemp("certificate"), "other.example.org")


def relay_to(server: SmtpServer, *, ca: Path | None = None, tls: Tls = Tls.OFFERED, login: str = "") -> Relay:
    username, _, password = login.partition(":")
    return Relay(
        host="127.0.0.1", port=server.port, connections=2, tls=tls, ca=ca,
        username=username, password=SecretStr(password) if password else None,
    )  # fmt: skip


def carry_three(relay: Relay) -> HandOver:
    hand_over = HandOver()
    messages = [make_outgoing(number) for number in range(3)]
    SmtpProvider("relay", relay).carry(hand_over.pull(messages), hand_over.intend, hand_over.report)
    assert set(hand_over.outcomes) == set(hand_over.pulled)
    return hand_over


def the_outcome(hand_over: HandOver) -> Outcome:
    """Give the one outcome that all had."""
    (outcome,) = set(hand_over.outcomes.values())
    return outcome


def all_accepted(hand_over: HandOver) -> bool:
    return len(hand_over.reported) == 3 and {type(outcome) for _, outcome in hand_over.reported} == {Accepted}


def test_starttls_protects_everything_after_it(certificate: tuple[Path, ssl.SSLContext]) -> None:
    """Where STARTTLS is offered it is used, EHLO is said again, and no mail goes before it."""
    with SmtpServer().starttls(certificate[1]) as server:
        assert all_accepted(carry_three(replace(relay_to(server, ca=certificate[0]), connections=1)))
        verbs = [command.split()[0] for command in server.commands]
        assert verbs[:4] == ["EHLO", "STARTTLS", "EHLO", "MAIL"]


def test_smtps_is_tls_from_the_first_octet(certificate: tuple[Path, ssl.SSLContext]) -> None:
    """smtps:// needs no STARTTLS (RFC 8314)."""
    with SmtpServer().implicit_tls(certificate[1]) as server:
        assert all_accepted(carry_three(relay_to(server, ca=certificate[0], tls=Tls.IMPLICIT)))
        assert "STARTTLS" not in server.commands


@pytest.mark.parametrize("tls", [Tls.REQUIRED, Tls.IMPLICIT])
def test_a_certificate_that_nobody_vouches_for_is_our_fault(certificate: tuple[Path, ssl.SSLContext], tls: Tls) -> None:
    """Without its authority the relay is not believed: nothing is sent, nobody is blamed, people are told."""
    server = SmtpServer().implicit_tls(certificate[1]) if tls is Tls.IMPLICIT else SmtpServer().starttls(certificate[1])
    with server:
        outcome = the_outcome(carry_three(relay_to(server, tls=tls)))
        assert isinstance(outcome, OurFault)
        assert "certificate that is not valid" in outcome.reason
        assert server.messages == []


def test_a_certificate_for_another_host_is_not_believed(others_certificate: tuple[Path, ssl.SSLContext]) -> None:
    """The certificate must be the relay's own, not any that its authority signed."""
    with SmtpServer().starttls(others_certificate[1]) as server:
        outcome = the_outcome(carry_three(relay_to(server, ca=others_certificate[0])))
        assert isinstance(outcome, OurFault)
        assert "not valid for it" in outcome.reason


def test_tls_required_and_not_offered_sends_nothing() -> None:
    """An attacker who strikes STARTTLS from the answer gets no mail to read."""
    with SmtpServer() as server:
        outcome = the_outcome(carry_three(relay_to(server, tls=Tls.REQUIRED)))
        assert isinstance(outcome, OurFault)
        assert "no STARTTLS" in outcome.reason
        assert not any(command.startswith("MAIL") for command in server.commands)


def test_starttls_refused_is_not_worked_around(certificate: tuple[Path, ssl.SSLContext]) -> None:
    """454 to STARTTLS passes (RFC 3207, section 4); until then nothing goes in clear."""
    with SmtpServer().starttls(certificate[1]).reply_at("STARTTLS", "454 4.7.0 not now") as server:
        outcome = the_outcome(carry_three(relay_to(server, ca=certificate[0])))
        assert isinstance(outcome, Temporary)
        assert outcome.scope is Scope.PROVIDER
        assert server.messages == []


def test_words_slipped_in_before_tls_are_not_believed(certificate: tuple[Path, ssl.SSLContext]) -> None:
    """What comes in one piece with the answer to STARTTLS may be an attacker's (RFC 3207, section 6)."""
    injected = b"250-relay\r\n250 PIPELINING\r\n"
    for words in (injected, b"250 incompl"):
        with SmtpServer().starttls(certificate[1]).inject_at_starttls(words) as server:
            outcome = the_outcome(carry_three(relay_to(server, ca=certificate[0])))
            assert isinstance(outcome, Temporary)
            assert server.messages == []


def test_never_means_never(certificate: tuple[Path, ssl.SSLContext]) -> None:
    """tls=never uses no TLS even where it is offered."""
    with SmtpServer().starttls(certificate[1]) as server:
        assert all_accepted(carry_three(relay_to(server, tls=Tls.NEVER)))
        assert "STARTTLS" not in server.commands


def test_this_machine_needs_no_certificate(certificate: tuple[Path, ssl.SSLContext]) -> None:
    """A mail server on this machine that offers STARTTLS with a certificate of nobody's just works."""
    with SmtpServer().starttls(certificate[1]) as server:
        assert all_accepted(carry_three(relay_to(server)))


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN", "CRAM-MD5 LOGIN", "PLAIN LOGIN"])
def test_login(mechanisms: str) -> None:
    """PLAIN is preferred, LOGIN does too; letters outside ASCII go as UTF-8."""
    with SmtpServer().require_login("news", "pässwort", mechanisms=mechanisms) as server:
        assert all_accepted(carry_three(relay_to(server, login="news:pässwort")))


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN"])
def test_a_refused_login_stops_and_tells(mechanisms: str) -> None:
    """A wrong password is our fault: everything stops, and the words name the setting, never the password."""
    with SmtpServer().require_login("news", "right", mechanisms=mechanisms) as server:
        hand_over = HandOver()
        more_than_enough = (make_outgoing(number) for number in range(3000))
        provider = SmtpProvider("relay", relay_to(server, login="news:wrong"))
        provider.carry(hand_over.pull(more_than_enough), hand_over.intend, hand_over.report)
        outcome = the_outcome(hand_over)
        assert isinstance(outcome, OurFault)
        assert "535 5.7.8" in outcome.reason
        assert "check username and secret_file" in outcome.reason
        assert "wrong" not in outcome.reason
        assert server.connections <= 2


@pytest.mark.parametrize(
    ("step", "reply", "kind"),
    [
        ("CONNECT", "554 5.3.2 not here", Temporary),
        ("CONNECT", "421 too many", Temporary),
        ("CONNECT", "hello", Temporary),
        ("CONNECT", "DROP", Temporary),
        ("EHLO", "550 5.7.1 not you", OurFault),
        ("EHLO", "451 later", Temporary),
        ("EHLO", "DROP", Temporary),
        ("AUTH", "454 4.7.0 later", Temporary),
        ("AUTH", "534 5.7.9 too weak", OurFault),
    ],
)
def test_what_a_closed_door_means(step: str, reply: str, kind: type[Outcome]) -> None:
    """Before the first message, 5xx to us is our fault and the rest passes; either is said for everything at once."""
    with SmtpServer().require_login("news", "pass").reply_at(step, reply) as server:
        outcome = the_outcome(carry_three(relay_to(server, login="news:pass")))
        assert isinstance(outcome, kind)
        assert not isinstance(outcome, Temporary) or outcome.scope is Scope.PROVIDER


def test_a_login_that_is_not_offered_is_told() -> None:
    """The words say what is offered instead."""
    with SmtpServer().require_login("news", "pass", mechanisms="CRAM-MD5") as server:
        outcome = the_outcome(carry_three(relay_to(server, login="news:pass")))
        assert isinstance(outcome, OurFault)
        assert "only CRAM-MD5" in outcome.reason


def test_no_password_leaves_unprotected_for_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without TLS a login is refused unless the relay is this machine."""
    with SmtpServer().require_login("news", "pass") as server:
        relay = replace(relay_to(server, login="news:pass"), host="127.0.0.1")
        monkeypatch.setattr("newsletter.providers.smtp_greeting.is_loopback", lambda host: False)
        outcome = the_outcome(carry_three(relay))
        assert isinstance(outcome, OurFault)
        assert "a password is not sent in clear" in outcome.reason
        assert "AUTH" not in server.commands


def test_a_ca_file_that_cannot_be_read_is_our_fault(tmp_path: Path, certificate: tuple[Path, ssl.SSLContext]) -> None:
    """The words name the file."""
    (tmp_path / "empty.pem").touch()
    with SmtpServer().starttls(certificate[1]) as server:
        for name in ("empty.pem", "missing.pem"):
            outcome = the_outcome(carry_three(relay_to(server, ca=tmp_path / name)))
            assert isinstance(outcome, OurFault)
            assert name in outcome.reason


def test_a_silent_relay_is_given_up() -> None:
    """A relay that never greets is Temporary for everything after the time of its step, and is asked once."""
    with SmtpServer().be_silent_at("CONNECT") as server:
        relay = replace(relay_to(server), timeouts=Timeouts(banner=0.1))
        outcome = the_outcome(carry_three(relay))
        assert isinstance(outcome, Temporary)
        assert "no answer to connecting for 0.1 s" in outcome.reason


def test_a_host_that_does_not_exist_is_temporary() -> None:
    """DNS may come back; nothing is said about any reader."""
    outcome = the_outcome(carry_three(Relay(host="relay.invalid", port=25)))
    assert isinstance(outcome, Temporary)
    assert outcome.scope is Scope.PROVIDER


@pytest.mark.parametrize(("ehlo", "said"), [("", "EHLO [127.0.0.1]"), ("news.example.org", "EHLO news.example.org")])
def test_we_say_who_we_are(ehlo: str, said: str) -> None:
    """EHLO names the configured name, or the address as a literal (RFC 5321, section 4.1.4)."""
    with SmtpServer() as server:
        carry_three(replace(relay_to(server), ehlo=ehlo))
        assert server.commands[0] == said


def test_check_tells_what_is_offered(certificate: tuple[Path, ssl.SSLContext]) -> None:
    """The look names place, protection, login and what will be missed."""
    with SmtpServer().starttls(certificate[1]).require_login("news", "pass").without("SMTPUTF8") as server:
        found = SmtpProvider("relay", relay_to(server, ca=certificate[0], login="news:pass")).check()
        for words in (f"127.0.0.1:{server.port}", "TLSv1.3", "logged in as news", "PIPELINING", "no SMTPUTF8"):
            assert words in found
        assert server.commands[-1] == "QUIT"


def test_check_says_what_to_do() -> None:
    """A refused login is a ProviderError in words."""
    with (
        SmtpServer().require_login("news", "right") as server,
        pytest.raises(ProviderError, match="check username and secret_file"),
    ):
        SmtpProvider("relay", relay_to(server, login="news:wrong")).check()
