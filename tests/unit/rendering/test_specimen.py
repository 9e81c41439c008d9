"""A layout is filled with made-up stories, so that what is wrong with it is known before there is an issue."""

from pathlib import Path

import pytest

from newsletter.rendering.specimen import layout_faults
from newsletter.rendering.templates import mail_environment, templates_root
from tests.unit.rendering.sample import PUBLIC_URL, environment, make_recipe


@pytest.mark.parametrize("kind", ["digest", "selection", "letter"])
@pytest.mark.parametrize("layout", ["digest", "compact", "magazine", "letter"])
def test_our_own_layouts_have_no_faults(layout: str, kind: str) -> None:
    """With a logo, in each kind of issue."""
    recipe = make_recipe(layout=layout, kind=kind, logo="media/a.png", logo_dark="media/b.png", language="ar")
    assert layout_faults(recipe, public_url=PUBLIC_URL, environment=environment()) == []


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("wide_picture", "<img"),
        ("details", "{%- if card.call.page %}"),
        ("details", "{%- if card.event.livestream %}"),
        ("logo", "<mj-column"),
        ("tile", "<table"),
        ("footer", "{% if is_public %}"),
    ],
)
def test_each_branch_of_our_layouts_is_filled(name: str, old: str, tmp_path: Path) -> None:
    """Pictures, events, calls, logos and the public page: an undefined name anywhere among them is found."""
    folder = tmp_path / "mail/partials"
    folder.mkdir(parents=True)
    text = (templates_root() / f"mail/partials/{name}.mjml.j2").read_text(encoding="utf-8")
    assert old in text
    broken = f"{old}{{{{ nobody.there }}}}" if old.startswith("{%") else f"{{{{ nobody.there }}}}{old}"
    (folder / f"{name}.mjml.j2").write_text(text.replace(old, broken, 1), encoding="utf-8")
    recipe = make_recipe(logo="media/a.png")
    (fault,) = layout_faults(recipe, public_url=PUBLIC_URL, environment=mail_environment(tmp_path))
    assert f"{name}.mjml.j2, line " in fault
    assert "'nobody' is undefined" in fault


def test_a_branch_that_is_not_printed_is_looked_at_all_the_same(tmp_path: Path) -> None:
    """Tags and attributes of a file are looked at as they stand, whatever Jinja leaves out."""
    folder = tmp_path / "mail/partials"
    folder.mkdir(parents=True)
    text = (templates_root() / "mail/partials/footer.mjml.j2").read_text(encoding="utf-8")
    (folder / "footer.mjml.j2").write_text(f"{{% if false %}}\n<mj-txt />\n{{% endif %}}\n{text}", encoding="utf-8")
    found = layout_faults(make_recipe(), public_url=PUBLIC_URL, environment=mail_environment(tmp_path))
    assert found == [f"{folder / 'footer.mjml.j2'}, line 2: <mj-txt> is no tag that a layout may use"]
