"""The layer around Dagster's web application that keeps strangers, and other pages in the operator's browser, out.

Whoever reaches Dagster's GraphQL can launch runs, and so publish a release. So each request must

* name this server: another name in `Host` is a page whose name was pointed at this machine (DNS rebinding);
* come from this server's own pages, or from no page at all: `Origin` and `Sec-Fetch-Site` tell;
* change something only by POST with JSON, which no form and no image can send;
* bring the session's cookie, which a browser gets for the token in the printed address, or the token itself
  (`Authorization: Bearer …`: scripts, and a proxy that has asked people for their password).
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import jinja2
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestration.web.mutations import HARMLESS, asked_with, mutations_of
from orchestration.writing import html
from orchestration.writing.plain import one_line

HEALTH = "/health"
SIGN_IN = "/sign_in"
GRAPHQL = "/graphql"
TOKEN = "token"
COOKIE_SECONDS = 24 * 3600
READING = frozenset({"GET", "HEAD"})
# What the page of a sign-in may weigh.
LONGEST_FORM = 4096
SIGN_IN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
# Beside Dagster's own policy: a browser keeps to both. No page frames this one, none of its pictures, among them those
# in the Markdown of metadata, come from elsewhere, and nothing is sent elsewhere.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self';"
    " frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
)
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

audit = logging.getLogger("zhengxin.web")


@dataclass(frozen=True)
class Access:
    """Who may ask for what.

    `names` are the host names that the server answers to, whatever the port; `any_address` adds every IP address, for a
    server that listens on all of them (an address cannot be rebound, a name can). With `proxy_header` people come
    through a proxy only: it brings the token, and names who signed in with it in that header.
    """

    token: str
    port: int
    names: frozenset[str]
    any_address: bool = False
    read_only: bool = False
    proxy_header: str | None = None

    @property
    def cookie(self) -> str:
        """Browsers send cookies to all ports of a host, so the port is in the name."""
        return f"zhengxin-{self.port}"

    @property
    def session(self) -> str:
        """What the cookie holds: made from the token, which cannot be had from it."""
        return hmac.new(self.token.encode(), b"session", hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered."""

    status: int
    reason: str


class Guard:
    """An ASGI application that passes on to `app` what `access` allows."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = self._stranger(connection) or self._foreign(connection)
        if scope["type"] == "websocket":
            if refusal or not self._is_known(connection) or connection.headers.get("origin") is None:
                await send({"type": "websocket.close", "code": 1008})
            else:
                await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        response = self._answer(refusal) if refusal else await self._own_answer(request)
        if response is None and request.method == "POST":
            body = await request.body()
            receive = _again(body, receive)
            response = self._answer_to_change(request, body)
        if response is None:
            await self._app(scope, receive, _with_headers(send))
        else:
            await response(scope, receive, _with_headers(send, policy=SIGN_IN_POLICY))

    async def _own_answer(self, request: Request) -> Response | None:
        """The response to a request from here or from no page, None where Dagster is to answer."""
        path = request.url.path
        if path == HEALTH and request.method in READING:
            return JSONResponse({"status": "ok"})
        if path == SIGN_IN and request.method == "POST" and not self._access.proxy_header:
            return await self._signed_in(request)
        if request.method in READING and TOKEN in request.query_params and not self._access.proxy_header:
            return self._with_cookie(request.query_params[TOKEN], _without_token(request))
        if not self._is_known(request):
            return self._sign_in_page() if request.method in READING else self._answer(Refusal(401, UNKNOWN))
        refusal = self._not_allowed(request)
        return self._answer(refusal) if refusal else None

    def _stranger(self, connection: HTTPConnection) -> Refusal | None:
        """A `Host` that is not this server's."""
        hosts = connection.headers.getlist("host")
        name = _host_name(hosts[0]) if len(hosts) == 1 else None
        if name is None:
            return Refusal(400, "The request does not name one host.")
        if name in self._access.names or (self._access.any_address and _is_address(name)):
            return None
        return Refusal(
            421, f"This server does not answer to the name {name}. zhengxin ui --name NAME adds one that leads here."
        )

    def _foreign(self, connection: HTTPConnection) -> Refusal | None:
        """A page of another origin behind the request. It may link here: the cookie stays away and one is asked to
        sign in."""
        origin = connection.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != connection.headers["host"].lower():
            return Refusal(403, "A page of another origin sent this request.")
        site = connection.headers.get("sec-fetch-site", "none")
        is_visit = connection.scope.get("method") in READING and connection.headers.get("sec-fetch-dest") == "document"
        if site not in ("same-origin", "none") and not is_visit:
            return Refusal(403, "A page of another site sent this request.")
        return None

    def _is_known(self, connection: HTTPConnection) -> bool:
        scheme, _, brought = connection.headers.get("authorization", "").partition(" ")
        has_token = scheme.lower() == "bearer" and _same(brought.strip(), self._access.token)
        if self._access.proxy_header:
            return has_token and bool(connection.headers.get(self._access.proxy_header))
        return has_token or _same(connection.cookies.get(self._access.cookie, ""), self._access.session)

    def _not_allowed(self, request: Request) -> Refusal | None:
        if request.method in READING:
            if request.url.path.rstrip("/") == GRAPHQL:
                return Refusal(405, "GraphQL is asked by POST with JSON.")
            return None
        if request.method != "POST":
            return Refusal(405, "Only GET, HEAD and POST are answered.")
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            return Refusal(415, "Only JSON is taken (Content-Type: application/json).")
        if self._access.read_only and request.url.path.rstrip("/") != GRAPHQL:
            return Refusal(403, READING_ONLY)
        return None

    def _answer_to_change(self, request: Request, body: bytes) -> Response | None:
        """The response to a request that changes something where nothing may be changed. Dagster refuses most by itself
        then, but not all that a later version may know."""
        asked = asked_with(body)
        mutations = mutations_of(asked)
        if self._access.read_only and not HARMLESS.issuperset(mutations):
            return self._answer(Refusal(403, READING_ONLY))
        if mutations:
            self._note(request, str(asked.get("operationName") or ", ".join(mutations)))
        return None

    async def _signed_in(self, request: Request) -> Response:
        """The form of the sign-in page: the one thing that is not JSON, and of no use without the token."""
        if request.headers.get("origin") is None:
            return self._answer(Refusal(403, "The sign-in page itself must send its form."))
        form = b""
        async for part in request.stream():
            form += part
            if len(form) > LONGEST_FORM:
                return self._answer(Refusal(413, "The form is too long."))
        fields = dict(parse_qsl(form.decode("utf-8", "replace")))
        return self._with_cookie(fields.get(TOKEN, ""), "/")

    def _with_cookie(self, token: str, target: str) -> Response:
        if not _same(token, self._access.token):
            return self._sign_in_page("This is not the token of this server. 令牌不对。")
        # Not a redirect: after a link from elsewhere a browser would follow it without the cookie.
        page = _pages().get_template("signed_in.html").render(target=target)
        response = HTMLResponse(page, headers={"Cache-Control": "no-store"})
        response.set_cookie(
            self._access.cookie,
            self._access.session,
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="strict",
            path="/",
        )
        return response

    def _sign_in_page(self, problem: str = "") -> Response:
        page = (
            _pages()
            .get_template("sign_in.html")
            .render(problem=problem, action=SIGN_IN, field=TOKEN, proxied=bool(self._access.proxy_header))
        )
        return HTMLResponse(page, status_code=401, headers={"Cache-Control": "no-store"})

    def _answer(self, refusal: Refusal) -> Response:
        return JSONResponse({"error": refusal.reason}, status_code=refusal.status)

    def _note(self, request: Request, change: str) -> None:
        """Write down who changes what."""
        who = request.headers.get(self._access.proxy_header, "") if self._access.proxy_header else "the operator"
        client = request.client.host if request.client else "?"
        audit.info("%s", one_line(f"{who} at {client}: {change}"))


READING_ONLY = "This server is for reading only."
UNKNOWN = "Sign in first: open the address that zhengxin ui printed, or send its token (Authorization: Bearer …)."


def local_names() -> frozenset[str]:
    return frozenset({"localhost", "127.0.0.1", "::1"})


def _with_headers(send: Send, policy: str = POLICY) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.append("Content-Security-Policy", policy)
        await send(message)

    return sending


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives a body that has been read once more, then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receiving() -> Message:
        return waiting.pop() if waiting else await receive()

    return receiving


def _host_name(host: str) -> str | None:
    """The name in a `Host` header without port, in small letters; None for what is none."""
    try:
        parts = urlsplit(f"//{host}")
        if parts.netloc != host or parts.username is not None or parts.path or parts.port == 0:
            return None
        return parts.hostname
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogateescape"), other.encode())


def _without_token(request: Request) -> str:
    """The address asked for on this server, without the token."""
    rest = [(name, value) for name, value in request.query_params.multi_items() if name != TOKEN]
    # One slash: two would be the name of another server.
    path = "/" + request.url.path.lstrip("/\\")
    return f"{path}?{urlencode(rest)}" if rest else path


def _pages() -> jinja2.Environment:
    return html.environment(jinja2.FileSystemLoader(Path(__file__).parent))
