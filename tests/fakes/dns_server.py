"""A name server on this machine that knows the TXT records it is told, as a real one would answer over UDP."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

_STRING = 255


@contextmanager
def name_server(records: Mapping[str, list[str]]) -> Iterator[dns.resolver.Resolver]:
    """Serve TXT records by name; gives a resolver that asks this server and no other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(0.05)
        over = threading.Event()
        thread = threading.Thread(target=_serve, args=(listening, records, over))
        thread.start()
        try:
            yield resolver_at(listening.getsockname()[1])
        finally:
            over.set()
            thread.join()


def resolver_at(port: int) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    resolver.timeout = 0.2
    return resolver


def _serve(listening: socket.socket, records: Mapping[str, list[str]], over: threading.Event) -> None:
    while not over.is_set():
        try:
            asked, sender = listening.recvfrom(4096)
        except TimeoutError:
            continue
        listening.sendto(_answer(asked, records), sender)


def _answer(asked: bytes, records: Mapping[str, list[str]]) -> bytes:
    question = dns.message.from_wire(asked)
    name = question.question[0].name
    answer = dns.message.make_response(question)
    answer.flags |= dns.flags.RA
    found = records.get(name.to_text(omit_final_dot=True))
    if found is None:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    else:
        texts = [" ".join(f'"{text[at : at + _STRING]}"' for at in range(0, len(text), _STRING)) for text in found]
        if texts:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *texts))
    return answer.to_wire()
