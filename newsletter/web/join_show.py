"""GET /join/NEWSLETTER: the form to sign up. It changes nothing."""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.join_page import form_page, recipe_of_path
from newsletter.web.pages import nothing_here


def join_show(request: Request) -> Response:
    """Show the empty form of a newsletter."""
    recipe = recipe_of_path(request)
    return nothing_here(request) if recipe is None else form_page(request, recipe)
