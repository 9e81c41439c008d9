"""Settings: every fault at once, in words; variables override; no secret in any text."""

from pathlib import Path

import pytest

from newsletter.base.errors import InvalidSettings, NoHome
from newsletter.base.sample import sample_settings
from newsletter.base.settings import FILE_NAME, DkimSettings, ProviderSettings, Settings, read_secret, read_settings

SECRET = "correct-horse-battery"
FULL_OF_FAULTS = """
colour = "blue"
[web]
public_url = "http://news.example.org"
bind = "8000"
trusted_proxies = ["nonsense"]
typo = 1
[fetch]
max_bytes = "many"
timeout_seconds = 0
[log]
level = "loud"
[bounces]
mailbox = "/var/mail"
[database]
url = "mysql://x"
[privacy]
deliveries_days = 5
[[provider]]
name = "The Relay"
url = "carrier-pigeon:"
rate = "fast"
connections = -1
[nowhere]
x = 1
"""


def _home(tmp_path: Path, content: str) -> Path:
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    return tmp_path


def _faults(home: Path, variables: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(InvalidSettings) as caught:
        read_settings(home, variables or {})
    return list(caught.value.faults)


def test_the_sample_reads_back_as_the_defaults(tmp_path: Path) -> None:
    """What `init` writes is every setting at its default: read back it equals Settings()."""
    assert read_settings(_home(tmp_path, sample_settings()), {}) == Settings()


def test_the_sample_names_every_setting(tmp_path: Path) -> None:
    """Each section and each key of the table stands in the sample, with its comment."""
    sample = sample_settings()
    for name, field in Settings.model_fields.items():
        model = {"provider": ProviderSettings, "dkim": DkimSettings}.get(name, field.annotation)
        for key, part in getattr(model, "model_fields", {name: field}).items():
            assert f"{key} = " in sample
            assert str(part.description) in sample


def test_the_sample_provider_works_once_its_marks_are_taken_away(tmp_path: Path) -> None:
    """Taking the comment marks from the provider gives one that can be used, at its defaults."""
    _, mark, provider = sample_settings().partition("# [[provider]]")
    uncommented = "\n".join(line.removeprefix("# ") for line in (mark + provider).splitlines())
    settings = read_settings(_home(tmp_path, uncommented), {})
    assert settings.provider == [ProviderSettings(name="relay", url="smtp://127.0.0.1:25")]


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    """Every setting has a default: a home with an empty file works."""
    assert read_settings(_home(tmp_path, ""), {}) == Settings()


def test_all_faults_are_told_at_once_with_their_keys(tmp_path: Path) -> None:
    """Wrong types, wrong values, unknown keys and unknown variables come in one error, each by its key."""
    home = _home(tmp_path, FULL_OF_FAULTS)
    faults = _faults(home, {"NEWSLETTER_WEB__PUBLIC_UR": "x"})
    assert {fault.partition(":")[0] for fault in faults} == {
        "NEWSLETTER_WEB__PUBLIC_UR",
        "bounces.mailbox",
        "colour",
        "database.url",
        "fetch.max_bytes",
        "fetch.timeout_seconds",
        "log.level",
        "nowhere",
        "privacy.deliveries_days",
        "provider[0].connections",
        "provider[0].name",
        "provider[0].rate",
        "provider[0].url",
        "web.bind",
        "web.public_url",
        "web.trusted_proxies[0]",
        "web.typo",
    }
    assert all(len(fault.partition(": ")[2]) > 10 for fault in faults)


def test_names_used_twice_are_told_beside_other_faults(tmp_path: Path) -> None:
    """Two providers of one name are a fault, told together with those of other sections."""
    two = '[[provider]]\nname = "relay"\nurl = "smtp://127.0.0.1"\n' * 2
    faults = _faults(_home(tmp_path, f'[log]\nlevel = "loud"\n{two}'))
    assert len(faults) == 2
    assert "provider: names must differ; twice: relay" in faults


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[web]\npublic_url = 'http://news.example.org'", "https"),
        ("[web]\npublic_url = 'news.example.org'", "https://news.example.org"),
        ("[web]\nbind = 'localhost:99999'", "127.0.0.1:8000"),
        ("[[provider]]\nname = 'a'\nurl = 'smtp://x'\nrate = '0/s'", "5/s, 500/h, 10000/d"),
        ("[[provider]]\nname = 'a'", "Field required"),
        ("[bounces]\nmailbox = 'maildir:'", "maildir:FOLDER"),
    ],
)
def test_a_fault_says_what_is_wanted(tmp_path: Path, line: str, words: str) -> None:
    """The words of a fault show what a good value looks like."""
    (fault,) = _faults(_home(tmp_path, line))
    assert words in fault


@pytest.mark.parametrize("content", ["[web\nx = 1", "a = = 1", "\\x00"])
def test_a_file_that_is_no_toml_is_told_with_its_place(tmp_path: Path, content: str) -> None:
    """Broken TOML is one fault, with the line."""
    (fault,) = _faults(_home(tmp_path, content))
    assert "not TOML" in fault
    assert "line 1" in fault


def test_another_encoding_is_told_in_words(tmp_path: Path) -> None:
    """A file in Latin-1 is a fault in words, no traceback."""
    (tmp_path / FILE_NAME).write_bytes('templates_dir = "caf\u00e9"'.encode("latin-1"))
    assert "not TOML" in _faults(tmp_path)[0]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    """Some editors put a byte order mark: the file is read all the same."""
    (tmp_path / FILE_NAME).write_bytes(b'\xef\xbb\xbf[log]\nlevel = "debug"\n')
    assert read_settings(tmp_path, {}).log.level == "debug"


@pytest.mark.parametrize("home", ["missing", "a-file"])
def test_a_home_without_its_file_is_told_with_the_path(tmp_path: Path, home: str) -> None:
    """NoHome names the whole path that was looked at and how to name or make a home."""
    (tmp_path / "a-file").write_text("", encoding="utf-8")
    with pytest.raises(NoHome, match=r"--home.*newsletter init") as caught:
        read_settings(tmp_path / home, {})
    assert str((tmp_path / home / FILE_NAME).absolute()) in str(caught.value)


def test_a_file_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    """A folder in the file's place is a fault in words."""
    (tmp_path / FILE_NAME).mkdir()
    assert _faults(tmp_path) == ["cannot be read: Is a directory"]


def test_variables_override_the_file(tmp_path: Path) -> None:
    """NEWSLETTER_SECTION__KEY wins over the file, numbers and lists included; NEWSLETTER_HOME is no setting."""
    home = _home(tmp_path, '[web]\npublic_url = "https://old.example.org"\nbind = "127.0.0.1:1"\n')
    settings = read_settings(
        home,
        {
            "NEWSLETTER_HOME": "/elsewhere",
            "NEWSLETTER_WEB__PUBLIC_URL": "https://new.example.org/",
            "NEWSLETTER_WEB__TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.1",
            "NEWSLETTER_FETCH__EVERY_MINUTES": "5",
            "NEWSLETTER_TEMPLATES_DIR": "mine",
            "PATH": "/bin",
        },
    )
    assert settings.web.public_url == "https://new.example.org"
    assert settings.web.bind == "127.0.0.1:1"
    assert settings.web.trusted_proxies == ["10.0.0.0/8", "127.0.0.1"]
    assert settings.fetch.every_minutes == 5
    assert settings.templates_dir == "mine"


@pytest.mark.parametrize(
    "name",
    [
        "NEWSLETTER_X",
        "NEWSLETTER_WEB",
        "NEWSLETTER_WEB__X",
        "NEWSLETTER_PROVIDER__URL",
        "NEWSLETTER_",
        "NEWSLETTER_WEB_BIND",
    ],
)
def test_unknown_variables_are_faults(tmp_path: Path, name: str) -> None:
    """A variable of our prefix that is no setting is an error: a typo never goes unseen."""
    (fault,) = _faults(_home(tmp_path, ""), {name: "x"})
    assert fault.startswith(f"{name}: there is no such setting")


def test_a_bad_variable_is_a_fault_like_a_bad_line(tmp_path: Path) -> None:
    """A wrong value in a variable is told by the key that it sets."""
    (fault,) = _faults(_home(tmp_path, ""), {"NEWSLETTER_FETCH__MAX_BYTES": "many"})
    assert fault.startswith("fetch.max_bytes: ")


def test_a_variable_that_the_file_names_as_a_secret_is_known(tmp_path: Path) -> None:
    """`secret_env` may name a variable of our own prefix."""
    home = _home(
        tmp_path, '[[provider]]\nname = "relay"\nurl = "smtp://127.0.0.1"\nsecret_env = "NEWSLETTER_PASSWORD"\n'
    )
    variables = {"NEWSLETTER_PASSWORD": SECRET}
    secret = read_secret(read_settings(home, variables).provider[0], home, variables)
    assert secret is not None
    assert secret.get_secret_value() == SECRET


def test_secrets_never_print(tmp_path: Path) -> None:
    """No secret stands in the text of settings or of a secret: passwords of databases and keys in hooks included."""
    (tmp_path / "secret").write_text(f"{SECRET}\n", encoding="utf-8")
    home = _home(
        tmp_path,
        f"""
        [database]
        url = "postgresql://me:{SECRET}@db/news"
        [alerts]
        webhook = "https://hooks.example.org/{SECRET}"
        heartbeat_url = "https://watch.example.org/{SECRET}"
        [[provider]]
        name = "relay"
        url = "smtp://127.0.0.1"
        secret_file = "secret"
        """,
    )
    settings = read_settings(home, {})
    secret = read_secret(settings.provider[0], home, {})
    assert secret is not None
    assert secret.get_secret_value() == SECRET
    for text in (repr(settings), str(settings), f"{settings!r:>10}", repr(secret), str(secret), f"{secret}"):
        assert SECRET not in text


@pytest.mark.parametrize(
    "content",
    [
        f"[[provider]]\nname = 'a'\nurl = 'smtp://me:{SECRET}@relay'",
        f"[[provider]]\nname = 'a'\nurl = '{SECRET}'",
        f"[[provider]]\nname = '{SECRET}!'\nurl = 'smtp://relay'",
        f"[[provider]]\nname = 'a'\nurl = 'smtp://relay'\npassword = '{SECRET}'",
        f"[[provider]]\nname = 'a'\nurl = 'smtp://relay'\nconnections = '{SECRET}'",
        f"[[provider]]\nname = 'a'\nurl = 'smtp://relay'\nsecret_file = ['{SECRET}']",
        f"[database]\nurl = 'mysql://me:{SECRET}@db'",
        f"[web]\npublic_url = 'ftp://me:{SECRET}@x'",
    ],
)
def test_no_fault_quotes_a_value(tmp_path: Path, content: str) -> None:
    """The words of a fault never hold the value: it may be a password in the wrong place."""
    with pytest.raises(InvalidSettings) as caught:
        read_settings(_home(tmp_path, content), {})
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)


def test_a_login_in_a_provider_address_is_refused_with_the_remedy(tmp_path: Path) -> None:
    """A password does not belong in `url`, which is shown everywhere: the fault says where it does."""
    (fault,) = _faults(_home(tmp_path, "[[provider]]\nname = 'a'\nurl = 'smtp://me@relay'"))
    assert "username" in fault
    assert "secret_file" in fault


def test_a_provider_without_a_secret_has_none(tmp_path: Path) -> None:
    """A relay on this machine asks for no login."""
    assert read_secret(ProviderSettings(name="relay", url="smtp://127.0.0.1"), tmp_path, {}) is None


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        (ProviderSettings(name="relay", url="smtp://x", secret_file="gone"), "secret_file: No such file"),
        (ProviderSettings(name="relay", url="smtp://x", secret_env="GONE"), "secret_env: the variable GONE is not set"),
    ],
)
def test_a_secret_that_cannot_be_read_is_told(tmp_path: Path, provider: ProviderSettings, words: str) -> None:
    """A missing file or variable is told with the provider's name and the key."""
    with pytest.raises(InvalidSettings, match="provider relay") as caught:
        read_secret(provider, tmp_path, {"GONE": ""})
    assert words in str(caught.value)
