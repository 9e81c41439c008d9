"""Signature Version 4, against the numbers that Amazon publishes for its examples."""

import pytest

from newsletter.providers.http.sigv4 import Signer, authorization, signing_key

SIGNER = Signer(
    key_id="AKIDEXAMPLE", secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", region="us-east-1", service="service"
)
HEADERS = {"Host": "example.amazonaws.com", "X-Amz-Date": "20150830T123600Z"}
FORM = {**HEADERS, "Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("method", "query", "headers", "content", "signature"),
    [
        ("GET", "", HEADERS, b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (
            "GET",
            "Param2=value2&Param1=value1",
            HEADERS,
            b"",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        ("POST", "", HEADERS, b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ("POST", "", FORM, b"Param1=value1", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
    ],
    ids=["get-vanilla", "get-vanilla-query-order-key-case", "post-vanilla", "post-x-www-form-urlencoded"],
)
def test_published_examples(method: str, query: str, headers: dict[str, str], content: bytes, signature: str) -> None:
    """Each example of Amazon's test suite gives the published signature."""
    given = authorization(SIGNER, method=method, path="/", query=query, headers=headers, content=content)
    assert given.endswith(f"Signature={signature}")
    assert given.startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ")


def test_published_key() -> None:
    """The key of a day is the published one."""
    signer = Signer(key_id="", secret=SIGNER.secret, region="us-east-1", service="iam")
    expected = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
    assert signing_key(signer, "20150830").hex() == expected


def test_spaces_of_a_header_count_once() -> None:
    """Values are signed trimmed and with single spaces, as the service sees them."""
    one, other = (
        authorization(SIGNER, method="GET", path="/", headers={**HEADERS, "My-Header1": value}, content=b"")
        for value in ("  a   b ", "a b")
    )
    assert one == other


def test_the_secret_prints_nowhere() -> None:
    """What is logged of a signer holds no secret."""
    assert SIGNER.secret not in repr(SIGNER)
