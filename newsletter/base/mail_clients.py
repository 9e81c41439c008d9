"""The mail programs that the checker has data of, by the names that `[lint] clients` takes; a test holds it to them."""

MAIL_CLIENTS = (
    "aol.android",
    "aol.desktop-webmail",
    "aol.ios",
    "apple-mail.ios",
    "apple-mail.macos",
    "fastmail.desktop-webmail",
    "gmail.android",
    "gmail.desktop-webmail",
    "gmail.ios",
    "gmail.mobile-webmail",
    "gmx.android",
    "gmx.desktop-webmail",
    "gmx.ios",
    "hey.desktop-webmail",
    "ionos-1and1.android",
    "ionos-1and1.desktop-webmail",
    "laposte.desktop-webmail",
    "mail-ru.desktop-webmail",
    "orange.android",
    "orange.desktop-webmail",
    "orange.ios",
    "outlook.android",
    "outlook.ios",
    "outlook.macos",
    "outlook.outlook-com",
    "outlook.windows",
    "protonmail.android",
    "protonmail.desktop-webmail",
    "protonmail.ios",
    "samsung-email.android",
    "sfr.android",
    "sfr.desktop-webmail",
    "sfr.ios",
    "thunderbird.macos",
    "web-de.android",
    "web-de.desktop-webmail",
    "web-de.ios",
    "yahoo.android",
    "yahoo.desktop-webmail",
    "yahoo.ios",
)


def known_client(name: str) -> str:
    """Give a client's or a family's name back ("gmail.ios", "gmail"); ValueError with those there are."""
    families = sorted({one.partition(".")[0] for one in MAIL_CLIENTS})
    if name in MAIL_CLIENTS or name in families:
        return name
    family = name.partition(".")[0]
    among = [one for one in MAIL_CLIENTS if one.startswith(f"{family}.")] or families
    raise ValueError(f"nothing is known of {name!r}; there are {', '.join(among)}")


def clients_named(names: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Give the clients that names stand for; a family stands for all of its clients."""
    return tuple(one for one in MAIL_CLIENTS if one in names or one.partition(".")[0] in names)
