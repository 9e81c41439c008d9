"""What is said on one connection, from the first MAIL to QUIT: every reply is checked against what it answers.

No socket and no clock inside: bytes go out by `write`, replies come in by `hear`. The rule it keeps: the final dot of a
message is written by `release` and nowhere else. Where PIPELINING is offered, content, dot and the next message's
envelope leave in one write (RFC 2920, section 3.1: content may begin a group); else one command waits for the other.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from newsletter.providers.provider import Key, OurFault, Outcome, Outgoing, Refused, Temporary, Uncertain
from newsletter.providers.smtp_envelope import Extensions, open_message
from newsletter.providers.smtp_replies import NotSmtpError, Reply, Step, classify, is_good

Command = tuple[Step, bytes]

_DATA: Command = (Step.DATA, b"DATA\r\n")
_RSET: Command = (Step.RSET, b"RSET\r\n")
_LONE_DOT: Command = (Step.LONE_DOT, b".\r\n")


class Post(Protocol):
    """Where a dialogue gets its messages from and tells what became of them."""

    def take(self) -> Outgoing | None: ...

    def wait_at_dot(self, dialogue: "Dialogue") -> None: ...

    def report(self, key: Key, outcome: Outcome) -> None: ...

    def rest(self, dialogue: "Dialogue") -> None: ...


class Dialogue:
    """One connection's talk. `take` gives it at most `limit` messages; `rest` tells that it has nothing in hand."""

    def __init__(self, extensions: Extensions, limit: int, write: Callable[[bytes], object], post: Post) -> None:
        self.awaited: deque[Step] = deque()  # what the next replies answer, in order
        self.settled = 0  # messages that were decided: by an answer, or by a fence
        self.has_failed = False  # it ended with a message in hand
        self.is_leaving = False  # it has said QUIT
        self.left = limit
        self._extensions = extensions
        self._write = write
        self._post = post
        self._unsaid: deque[Command] = deque()  # without PIPELINING: said one by one
        self._current: Outgoing | None = None  # opened, its dot not written
        self._handed: Outgoing | None = None  # its dot is written, not answered
        self._fault: Outcome | None = None  # why the current message cannot go
        self._has_recipient = False
        self._at_dot = False
        self._ended: Temporary | None = None

    @property
    def key(self) -> Key:
        """Give the key of the message that waits at its dot."""
        assert self._current is not None
        return self._current.key

    @property
    def has_ended(self) -> bool:
        return self._ended is not None

    @property
    def is_resting(self) -> bool:
        """Say whether nothing is in hand and nothing is awaited."""
        return not self.awaited and self._current is None and self._handed is None and not self.has_ended

    def proceed(self) -> None:
        """Begin the next message, or rest."""
        opening = self._open_next()
        if opening:
            self._say(opening)
        elif not self.awaited:
            self._post.rest(self)

    def hear(self, reply: Reply) -> None:
        """Take one reply; NotSmtpError when it cannot be an answer."""
        if not self.awaited:
            if reply.code != 421:
                raise NotSmtpError(f"it said {reply.words!r} without being asked")
            self.end(_closing(reply))
            return
        step = self.awaited.popleft()
        if step is Step.QUIT:
            return
        self._weigh(step, reply)
        if reply.code == 421:
            self.end(_closing(reply))
        elif not self.awaited and not self._at_dot and not self.has_ended:
            self._go_on()

    def release(self) -> None:
        """Write the content and its dot, for the message was intended. On a connection that is gone: report it."""
        current, self._current, self._at_dot = self._current, None, False
        assert current is not None
        if self._ended is not None:
            self._post.report(current.key, self._ended)
            return
        self._handed = current
        # One write, not content early and the dot later: a second one costs a third of the rate on a near relay, and on
        # a far one the commit is short beside the round trip.
        dot: Command = (Step.DOT, b"%b.\r\n" % current.mime)
        self._say([dot, *self._open_next()] if self._extensions.pipelining else [dot])

    def fence(self) -> None:
        """Forget the message at its dot: it belongs to somebody else now. The connection has to be dropped, since
        data without its end is never delivered (RFC 5321, section 4.1.1.4)."""
        self._current, self._at_dot = None, False
        self.settled += 1

    def quit(self) -> None:
        """Say goodbye; only when resting."""
        self.is_leaving = True
        self._say([(Step.QUIT, b"QUIT\r\n")])

    def end(self, outcome: Temporary) -> None:
        """The connection is gone or about to be: give what is in hand its outcome. The message at its dot waits for
        `release` or `fence`, for a fenced one is not ours to report."""
        if self._ended is not None:
            return
        self._ended = outcome
        self.has_failed = self._handed is not None or self._current is not None
        self.awaited.clear()
        if self._handed is not None:
            handed, self._handed = self._handed, None
            self._post.report(handed.key, Uncertain(f"handed over, but no answer came: {outcome.reason}"))
        if self._current is not None and not self._at_dot:
            current, self._current = self._current, None
            self._post.report(current.key, self._fault or outcome)

    def _weigh(self, step: Step, reply: Reply) -> None:
        match step:
            case Step.DOT:
                assert self._handed is not None
                outcome = classify(step, reply)
                handed, self._handed = self._handed, None
                self.settled += 1
                self._post.report(handed.key, outcome)
            case Step.MAIL | Step.RCPT:
                self._hear_envelope(step, reply)
            case Step.DATA:
                self._hear_data(reply)
            case Step.RSET if not is_good(reply) and reply.code != 421:
                raise NotSmtpError(f"it answered {reply.words!r} to RSET")
            case _:
                pass

    def _hear_envelope(self, step: Step, reply: Reply) -> None:
        if is_good(reply):
            self._has_recipient = step is Step.RCPT
        elif self._fault is None:
            self._fault = classify(step, reply)
            self.settled += reply.code != 421
        if self._fault and not self._extensions.pipelining:
            self._unsaid.clear()
            self._turn_back([_RSET], reply)

    def _hear_data(self, reply: Reply) -> None:
        assert self._current is not None
        goes_ahead = reply.code == 354
        if self._fault is None and goes_ahead:
            self._at_dot = True
            self._post.wait_at_dot(self)
            return
        if self._fault is None:
            self._fault = classify(Step.DATA, reply)
            self.settled += reply.code != 421
        # RFC 2920, section 3.1: the recipient was refused and the relay wants content all the same. A lone dot ends it.
        self._turn_back([_LONE_DOT, _RSET] if goes_ahead else [_RSET], reply)

    def _turn_back(self, amends: Sequence[Command], reply: Reply) -> None:
        """Report why the current message does not go, and bring the relay back to where a message may begin."""
        current, self._current = self._current, None
        assert current is not None
        assert self._fault is not None
        self._post.report(current.key, self._fault)
        if reply.code == 421:
            return
        if self._has_recipient and amends[0] is _LONE_DOT:
            # It refused the sender, took the recipient and wants content: a lone dot would mail an empty message.
            raise NotSmtpError("it wants content for a message whose sender it refused")
        self._say([*amends, *self._open_next()] if self._extensions.pipelining else amends)

    def _go_on(self) -> None:
        if self._unsaid:
            self._say([])
        elif self._current is None and self._handed is None:
            self.proceed()

    def _open_next(self) -> list[Command]:
        """Take the next message that can go this way; give the commands that open it, none without one."""
        while self.left > 0 and (outgoing := self._post.take()) is not None:
            opening = open_message(outgoing, self._extensions)
            if isinstance(opening, Refused | OurFault):
                self._post.report(outgoing.key, opening)
                continue
            self.left -= 1
            self._current, self._fault, self._has_recipient = outgoing, None, False
            return [(Step.MAIL, opening.mail), (Step.RCPT, opening.rcpt), _DATA]
        return []

    def _say(self, commands: Sequence[Command]) -> None:
        """Write commands at once, or the next of them."""
        if not self._extensions.pipelining:
            self._unsaid.extend(commands)
            commands = [self._unsaid.popleft()] if self._unsaid and not self.awaited else []
        if commands:
            self.awaited.extend([step for step, _ in commands])
            self._write(b"".join([words for _, words in commands]))


def _closing(reply: Reply) -> Temporary:
    """Give what 421 means for all that is in hand: the relay closes (RFC 5321, section 3.8)."""
    outcome = classify(Step.MAIL, reply)
    assert isinstance(outcome, Temporary)
    return outcome
