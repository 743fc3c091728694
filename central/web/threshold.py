"""Pages that take files ask who is there before they read one: strangers do not fill our disk."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from central.desk import office_of
from central.web.pages import HEADERS, PageRoute
from central.web.session import COOKIE, is_known


class StaffFirst(PageRoute):
    """Sends whoever has not signed in to the door, whatever they bring."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The page's handler behind the question who asks."""
        take = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            token = request.cookies.get(COOKIE, "")
            if await run_in_threadpool(is_known, office_of(request), token):
                return await take(request)
            return RedirectResponse(f"/login?then={quote(request.url.path)}", 303, HEADERS)

        return guarded
