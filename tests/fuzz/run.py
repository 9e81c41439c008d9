"""`python -m tests.fuzz.run TARGET SECONDS [FOLDER]`: coverage-guided fuzzing of one parser, in a process of its own.

Any exception but the parser's own refusals, ten seconds over one input, or a gigabyte of memory ends it with the input
printed. FOLDER keeps what was found interesting, to go on from another time.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["newsletter", "subscribers"]):
    from tests.fuzz.targets import TARGETS

_LONGEST = 8_192  # bytes of one input
_SECONDS_EACH = 10
_MEGABYTES = 1_024


def main() -> None:
    """Fuzz until the time is over; libFuzzer ends the process."""
    name, seconds, *folders = sys.argv[1:]
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as scratch:
        corpus = Path(folders[0] if folders else scratch, name)
        corpus.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(target.seeds):
            (corpus / f"seed-{number}").write_bytes(seed)
        limits = [f"-max_total_time={seconds}", f"-max_len={_LONGEST}", f"-timeout={_SECONDS_EACH}"]
        limits += [f"-rss_limit_mb={_MEGABYTES}", "-print_final_stats=1", f"-artifact_prefix={corpus.parent}/"]
        if target.words:
            limits.append(f"-dict={_dictionary(target.words, Path(scratch))}")
        atheris.Setup([sys.argv[0], *limits, str(corpus)], target.run)
        atheris.Fuzz()


def _dictionary(words: tuple[str, ...], folder: Path) -> Path:
    """Write the words as libFuzzer reads them: in quotes, with a backslash before quotes and backslashes."""
    file = folder / "words"
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    file.write_text("".join(f'"{word}"\n' for word in quoted), encoding="utf-8")
    return file


if __name__ == "__main__":
    main()
