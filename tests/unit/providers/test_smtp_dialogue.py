"""What is said on one connection, without a connection."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.providers.provider import Accepted, Key, OurFault, Outcome, Outgoing, Refused, Temporary, Uncertain
from newsletter.providers.smtp_dialogue import Dialogue
from newsletter.providers.smtp_envelope import Extensions
from newsletter.providers.smtp_replies import NotSmtpError, Reply
from tests.fakes.hand_over import make_outgoing

OK, GO = "250 ok", "354 go"


class Post:
    """Gives messages, remembers what is told."""

    def __init__(self, count: int) -> None:
        self.messages: list[Outgoing] = [make_outgoing(number) for number in range(count)]
        self.reported: list[tuple[Key, Outcome]] = []
        self.at_dot: list[Dialogue] = []
        self.rested = 0

    def take(self) -> Outgoing | None:
        return self.messages.pop(0) if self.messages else None

    def wait_at_dot(self, dialogue: Dialogue) -> None:
        self.at_dot.append(dialogue)

    def report(self, key: Key, outcome: Outcome) -> None:
        self.reported.append((key, outcome))

    def rest(self, dialogue: Dialogue) -> None:
        self.rested += 1


class Talk:
    """A dialogue with what it wrote."""

    def __init__(self, count: int, *, pipelining: bool = True, limit: int = 100) -> None:
        self.post = Post(count)
        self.written: list[bytes] = []
        self.dialogue = Dialogue(Extensions(pipelining=pipelining), limit, self.written.append, self.post)
        self.dialogue.proceed()

    def hear(self, *replies: str) -> None:
        for words in replies:
            code, _, text = words.partition(" ")
            self.dialogue.hear(Reply(int(code), (text,)))

    def verbs(self) -> list[str]:
        """Give what was written since the last call, one word a command; content is "mime"."""
        written, self.written[:] = b"".join(self.written), []
        words = []
        for number in range(20):
            written = written.replace(make_outgoing(number).mime, b"mime\r\n")
        for line in written.decode().split("\r\n")[:-1]:
            words.append(line.split()[0])
        return words

    def release(self) -> None:
        self.post.at_dot.pop().release()

    def outcomes(self) -> list[Outcome]:
        return [outcome for _, outcome in self.post.reported]


def test_content_dot_and_next_envelope_are_one_write() -> None:
    """With PIPELINING a message costs one write and one round trip (RFC 2920, section 3.1)."""
    talk = Talk(2)
    assert talk.verbs() == ["MAIL", "RCPT", "DATA"]
    talk.hear(OK, OK, GO)
    talk.release()
    assert len(talk.written) == 1
    assert talk.verbs() == ["mime", ".", "MAIL", "RCPT", "DATA"]
    talk.hear("250 queued", OK, OK, GO)
    talk.release()
    assert talk.verbs() == ["mime", "."]
    talk.hear("250 queued")
    assert talk.outcomes() == [Accepted("queued")] * 2
    assert talk.post.rested == 1


def test_without_pipelining_one_command_waits_for_the_other() -> None:
    """Where PIPELINING is not offered nothing is said before the last answer came."""
    talk = Talk(2, pipelining=False)
    for verb, reply in [("MAIL", OK), ("RCPT", OK), ("DATA", GO)]:
        assert talk.verbs() == [verb]
        talk.hear(reply)
    assert talk.verbs() == []
    talk.release()
    assert talk.verbs() == ["mime", "."]
    talk.hear("250 queued")
    assert talk.verbs() == ["MAIL"]


@pytest.mark.parametrize("pipelining", [True, False])
def test_no_dot_without_a_release(pipelining: bool) -> None:
    """Content and dot wait for the release, whatever is answered meanwhile."""
    talk = Talk(1, pipelining=pipelining)
    talk.hear(OK, OK, GO)
    assert "mime" not in talk.verbs()
    talk.release()
    assert talk.verbs() == ["mime", "."]


@pytest.mark.parametrize(
    ("replies", "said_next"),
    [
        # the recipient is refused, and DATA too: start afresh
        ((OK, "550 5.1.1 no", "554 no valid recipients"), ["RSET", "MAIL", "RCPT", "DATA"]),
        # the recipient is refused, and the relay wants content all the same: a lone dot
        ((OK, "550 5.1.1 no", GO), [".", "RSET", "MAIL", "RCPT", "DATA"]),
    ],
)
def test_a_refused_recipient_does_not_disturb_the_next(replies: Sequence[str], said_next: list[str]) -> None:
    """Every reply of a group is counted; the next message begins where the relay can take it."""
    talk = Talk(2)
    talk.verbs()
    talk.hear(*replies)
    assert talk.outcomes() == [Refused("550 5.1.1 no")]
    assert talk.verbs() == said_next
    talk.hear(*([OK] * (len(said_next) - 1)), GO)
    talk.release()
    talk.hear("250 queued")
    assert talk.outcomes()[1:] == [Accepted("queued")]


def test_lock_step_starts_afresh_after_a_refusal() -> None:
    """Without PIPELINING a refused recipient is followed by RSET and no DATA."""
    talk = Talk(2, pipelining=False)
    talk.hear(OK, "550 5.1.1 no")
    assert talk.verbs() == ["MAIL", "RCPT", "RSET"]
    talk.hear(OK)
    assert talk.verbs() == ["MAIL"]


def test_the_first_failure_of_an_envelope_counts() -> None:
    """MAIL's refusal is the reason, not the 503 that RCPT and DATA get after it."""
    talk = Talk(1)
    talk.hear("550 5.7.1 you may not", "503 MAIL first", "503 RCPT first")
    assert talk.outcomes() == [OurFault("550 5.7.1 you may not")]


def test_no_empty_mail_to_a_recipient_that_was_taken() -> None:
    """Sender refused, recipient taken, content wanted: a lone dot would be an empty mail, so the talk ends."""
    talk = Talk(1)
    with pytest.raises(NotSmtpError, match="sender it refused"):
        talk.hear("550 no", OK, GO)
    assert talk.outcomes() == [OurFault("550 no")]
    assert "." not in talk.verbs()


def test_the_answer_to_one_dot_is_not_the_next_messages() -> None:
    """In a group the first reply is the last message's; a refusal behind it is the next one's."""
    talk = Talk(2)
    talk.hear(OK, OK, GO)
    talk.release()
    talk.hear("250 queued", OK, "450 4.2.1 busy", "554 none")
    assert talk.post.reported == [
        ("issue:12:0", Accepted("queued")),
        ("issue:12:1", Temporary("450 4.2.1 busy")),
    ]


def test_a_connection_carries_so_many_and_no_more() -> None:
    """At the limit it rests instead of taking another; refused ones count too."""
    talk = Talk(5, limit=2)
    talk.hear(OK, OK, GO)
    talk.release()
    talk.hear("250 queued", OK, "550 5.1.1 no", "554 none")
    talk.hear(OK)  # RSET
    assert (len(talk.post.messages), talk.post.rested, talk.dialogue.left) == (3, 1, 0)


def test_lost_before_the_dot_is_temporary_and_after_it_uncertain() -> None:
    """When a connection breaks, what was handed over is in doubt and what was not is to be tried again."""
    talk = Talk(2)
    talk.hear(OK, OK, GO)
    talk.release()
    talk.dialogue.end(Temporary("broken"))
    assert [type(outcome) for outcome in talk.outcomes()] == [Uncertain, Temporary]
    talk.dialogue.end(Temporary("again"))
    assert len(talk.outcomes()) == 2


def test_a_message_at_its_dot_is_reported_after_its_intent_came_back() -> None:
    """If the connection breaks while the outbox is asked, granted is reported and fenced is not."""
    for is_granted, outcomes in [(True, [Temporary("broken")]), (False, [])]:
        talk = Talk(1)
        talk.hear(OK, OK, GO)
        talk.verbs()
        talk.dialogue.end(Temporary("broken"))
        assert talk.outcomes() == []
        (talk.dialogue.release if is_granted else talk.dialogue.fence)()
        assert talk.outcomes() == outcomes
        assert talk.verbs() == []


@pytest.mark.parametrize("awaited", [0, 1, 2])
def test_421_ends_the_talk_whenever_it_comes(awaited: int) -> None:
    """421 closes the connection: what is in hand is put off, with its group (RFC 5321, section 3.8)."""
    talk = Talk(1)
    talk.hear(*[OK] * awaited, "421 4.3.2 closing")
    assert talk.dialogue.has_ended
    (outcome,) = talk.outcomes()
    assert isinstance(outcome, Temporary)
    assert outcome.scope == "lane"


def test_421_to_the_dot_is_an_answer() -> None:
    """The relay did not take it (RFC 5321, section 4.2.1: 4yz), so it is not in doubt; the next one is put off too."""
    talk = Talk(2)
    talk.hear(OK, OK, GO)
    talk.release()
    talk.hear("421 closing")
    assert [type(outcome) for outcome in talk.outcomes()] == [Temporary, Temporary]


def test_words_without_a_question_are_not_believed() -> None:
    """A reply that answers nothing ends the talk; it must not be taken for the next answer."""
    talk = Talk(0)
    with pytest.raises(NotSmtpError, match="without being asked"):
        talk.hear(OK)


def test_what_cannot_go_is_reported_and_passed_over() -> None:
    """A message that the relay cannot carry does not hold up the next."""
    talk = Talk(0)
    talk.post.messages = [make_outgoing(1, recipient="jürgen@example.org"), make_outgoing(2)]
    talk.dialogue.proceed()
    assert [type(outcome) for outcome in talk.outcomes()] == [Refused]
    assert talk.verbs() == ["MAIL", "RCPT", "DATA"]


@settings(max_examples=80)
@given(
    st.booleans(),
    st.lists(
        st.sampled_from([OK, OK, OK, GO, GO, "421 bye", "450 no", "550 5.1.1 no", "554 5.7.1 no", "END"]), max_size=40
    ),
)
def test_whatever_is_answered_each_message_has_one_outcome(pipelining: bool, replies: list[str]) -> None:
    """For any sequence of answers and breaks: one report each, and no dot without a release."""
    talk = Talk(6, pipelining=pipelining)
    released = 0
    for words in [*replies, "END"]:
        try:
            if words == "END":
                talk.dialogue.end(Temporary("broken"))
            else:
                talk.hear(words)
        except NotSmtpError as error:
            talk.dialogue.end(Temporary(str(error)))
        while talk.post.at_dot:
            released += 1
            talk.release()
        if talk.dialogue.has_ended:
            break
    keys = [key for key, _ in talk.post.reported]
    assert len(keys) == len(set(keys)) == 6 - len(talk.post.messages)
    assert sum(isinstance(outcome, Accepted | Uncertain) for outcome in talk.outcomes()) <= released
    assert talk.verbs().count("mime") <= released
