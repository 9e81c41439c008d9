"""Tells where in the operator's own files a fault stands, although it shows only in the filled document.

For that the templates are read a second time with file and line written into every tag. What is sent is never made of
them: they are only looked at, when something is wrong.
"""

from collections.abc import Callable

from jinja2 import BaseLoader, Environment

from newsletter.rendering.places import with_places
from newsletter.rendering.templates import shown_file

_ENDING = ".j2"


class TracedLoader(BaseLoader):
    """Reads templates through another loader and writes into each tag where it stands."""

    def __init__(self, loader: BaseLoader) -> None:
        self._loader = loader

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Give a template with the places of its tags."""
        source, file, is_fresh = self._loader.get_source(environment, template)
        if not template.endswith(_ENDING):
            return source, file, is_fresh  # a translation
        return with_places(source, shown_file(file or template)), file, is_fresh

    def list_templates(self) -> list[str]:
        """List what the other loader has."""
        return self._loader.list_templates()


def traced(environment: Environment) -> Environment:
    """Give the same environment with templates whose tags say where they stand."""
    assert environment.loader is not None  # mail_environment always sets one
    return environment.overlay(loader=TracedLoader(environment.loader))


def place_of(error: BaseException) -> str:
    """Give file and line of the template that raised an error; empty where none did.

    Jinja writes the template's own name and lines into the traceback.
    """
    place, at = "", error.__traceback__
    while at is not None:
        file = at.tb_frame.f_code.co_filename
        if file.endswith(_ENDING):
            place = f"{shown_file(file)}, line {at.tb_lineno}"
        at = at.tb_next
    return place
