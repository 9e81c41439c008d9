"""Our parsers against bytes that nobody meant: no crash, no hang, no growth."""

import gc
import importlib.util
import random
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, Target

CHECKOUT = Path(__file__).parents[2]
SECONDS = 120  # of coverage-guided fuzzing in all; longer by hand: python -m tests.fuzz.run TARGET SECONDS FOLDER
_SLOWEST = 5.0  # seconds over 8 KB: what takes that long takes minutes for a page


def _mutants(target: Target, count: int, seed: int) -> list[bytes]:
    """Give the seeds as they are, cut, doubled, with bytes changed and words inserted."""
    chance = random.Random(seed)
    words = [word.encode() for word in target.words] or [b"\0", b"\xff", b"\r\n", b'"']
    found = list(target.seeds)
    while len(found) < count:
        data = bytearray(chance.choice(target.seeds))
        for _ in range(chance.randint(1, 8)):
            place = chance.randrange(len(data) + 1)
            act = chance.randrange(4)
            if act == 0:
                del data[place : place + chance.randint(1, 40)]
            elif act == 1:
                data[place:place] = chance.choice(words) * chance.choice((1, 1, 2, 50))
            elif act == 2:
                data[place:place] = data[: chance.randint(0, 400)]
            else:
                data[place : place + 1] = chance.randbytes(1)
        found.append(bytes(data[:8_192]))
    return found


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_gives_a_value_or_refuses(name: str, request: pytest.FixtureRequest) -> None:
    """Whatever the bytes, a parser returns or raises its own refusal, and soon."""
    seed = request.config.getoption("randomly_seed", default=1)
    for data in _mutants(TARGETS[name], 40, int(seed)):
        began = time.process_time()
        TARGETS[name].run(data)
        assert time.process_time() - began < _SLOWEST, f"slow over {data!r}"


@pytest.mark.long
@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_keeps_nothing(name: str) -> None:
    """Reading the same documents again and again holds no memory: the second half of the runs adds nothing."""
    documents = _mutants(TARGETS[name], 60, 1)

    def read_all(rounds: int) -> int:
        for data in documents * rounds:
            TARGETS[name].run(data)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    read_all(1)  # caches fill
    tracemalloc.start()
    try:
        before = read_all(1)
        after = read_all(4)
    finally:
        tracemalloc.stop()
    assert after - before < 200_000, f"{after - before} bytes more after four rounds"


@pytest.mark.long
@pytest.mark.parametrize("name", TARGETS)
def test_coverage_guided_fuzzing_finds_nothing(name: str, tmp_path: Path) -> None:
    """Two minutes of atheris over all parsers together: no exception, no ten seconds over one input, no gigabyte."""
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris has no wheel for this machine or this Python")
    command = [sys.executable, "-m", "tests.fuzz.run", name, str(SECONDS // len(TARGETS) + 1), str(tmp_path)]
    outcome = subprocess.run(command, cwd=CHECKOUT, capture_output=True, timeout=SECONDS + 60, check=False)
    told = outcome.stderr.decode(errors="replace")
    assert outcome.returncode == 0, told[-3_000:]
    assert "Done" in told
