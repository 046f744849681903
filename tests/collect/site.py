"""A portal made for the tests and served on loopback: whatever a path is to answer, and a log of who asked when."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """What a path answers; `chunks`, where there are any, are sent one by one after the body."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    chunks: Callable[[], Iterator[bytes]] | None = None


@dataclass(frozen=True)
class Asked:
    """A request as the portal saw it."""

    path: str
    at: float
    headers: dict[str, str]


class Portal:
    """The pages of a portal by path, and the requests that came."""

    def __init__(self) -> None:
        self.pages: dict[str, Reply | Callable[[], Reply]] = {}
        self.asked: list[Asked] = []
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(self, path: str, body: str | bytes, content_type: str = "text/html; charset=utf-8") -> None:
        content = body.encode() if isinstance(body, str) else body
        self.pages[path] = Reply(content, headers={"Content-Type": content_type})

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def answer(self, path: str) -> Reply:
        found = self.pages.get(path, Reply(b"not here", 404, {"Content-Type": "text/html"}))
        return found() if callable(found) else found


@contextmanager
def served(portal: Portal) -> Iterator[Portal]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            portal.asked.append(Asked(self.path, time.monotonic(), dict(self.headers)))
            reply = portal.answer(self.path)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.chunks is None:
                self.send_header("Content-Length", str(len(reply.body)))
            else:
                self.send_header("Connection", "close")
            try:
                self.end_headers()
                self.wfile.write(reply.body)
                for chunk in reply.chunks() if reply.chunks else ():
                    self.wfile.write(chunk)
            except OSError:
                pass
            if reply.chunks is not None:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Those who ask are killed here."""

    server = Server(("127.0.0.1", 0), Handler)
    portal.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()


def list_page(entries: list[tuple[str, str, str]], further: str = "") -> str:
    """A list of (link, title, day), with a link to the next page where there is one."""
    rows = "".join(
        f'<li><a href="{link}">{title}</a><span class="day">{day}</span></li>' for link, title, day in entries
    )
    link = f'<a class="next" href="{further}">下一页</a>' if further else ""
    return f'<html><head><meta charset="utf-8"></head><body><ul class="list">{rows}</ul>{link}</body></html>'


def detail_page(title: str, at: str, more: str = "") -> str:
    return f"<html><body><h1>{title}</h1><p class='info'>发布时间:{at}</p>{more}</body></html>"
