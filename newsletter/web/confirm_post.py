"""POST /c/TOKEN: a person presses the button. Pressed twice, the second finds it done.

Where the page said something else than it says now, nothing is confirmed: it is shown anew.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.joining import confirm_sign_up
from newsletter.web.confirm_page import WORDS, confirm_page, invitation_of, shown_words
from newsletter.web.context import web_of
from newsletter.web.form import read_form
from newsletter.web.pages import nothing_here


async def confirm_post(request: Request) -> Response:
    """Read which words were shown, then confirm in a thread."""
    form = await read_form(request)
    return await run_in_threadpool(_confirm, request, form.get(WORDS, ""))


def _confirm(request: Request, words: str) -> Response:
    invitation = invitation_of(request)
    if invitation is None:
        return nothing_here(request)
    shown = shown_words(request, invitation)
    if words and words != shown.hash:
        return confirm_page(request, invitation)
    done = confirm_sign_up(web_of(request).app, invitation.newsletter.recipe, invitation.link, shown=shown)
    # In the language that was chosen in the form, which holds from now on.
    return confirm_page(request, invitation_of(request) or invitation, confirmed=done)
