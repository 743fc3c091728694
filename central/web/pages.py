"""Pages out of templates: escaped, without scripts, and with headers that allow nothing else."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined

from central.errors import CentralError, NotStaff
from central.web import box_words, words

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HEADINGS = {404: "There is no such page", 403: "This is not for you"}

_templates = Environment(
    loader=PackageLoader("central.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals["words"] = words
_templates.globals["inputs"] = box_words


def page(name: str, content: Mapping[str, Any], *, status: int = 200) -> HTMLResponse:
    """A page: the template of that name with its content."""
    text = _templates.get_template(f"{name}.html").render(content)
    return HTMLResponse(text, status, HEADERS)


def refusal(status: int, reason: str) -> HTMLResponse:
    """A page that says why there is nothing else to see."""
    heading = _HEADINGS.get(status, "This cannot be done")
    content = {"heading": heading, "reason": reason, "status": status}
    return page("refusal", content, status=status)


class PageRoute(APIRoute):
    """A route whose refusals are pages for people instead of JSON for programs."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler that FastAPI would call, with its refusals made into pages."""
        answer: Callable[[Request], Awaitable[Response]] = super().get_route_handler()

        async def answer_with_a_page(request: Request) -> Response:
            try:
                return await answer(request)
            except NotStaff:
                came_for = quote(request.url.path)
                return RedirectResponse(f"/login?then={came_for}", 303, HEADERS)
            except CentralError as refused:
                return refusal(refused.status, str(refused))
            except RequestValidationError:
                return refusal(404, f"{request.url.path} is not the address of a page")

        return answer_with_a_page
