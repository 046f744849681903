"""A small client of Superset's REST API, on the standard library alone: signing in, getting, posting, importing."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from http.cookiejar import CookieJar
from typing import Any


class SupersetError(Exception):
    """Superset refused a request: method, path, status and what it answered."""


class SupersetClient:
    """One signed-in user of the Superset at `address`, such as http://127.0.0.1:8088."""

    def __init__(self, address: str, username: str, password: str) -> None:
        self.address = address.rstrip("/")
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._headers = {"Referer": self.address}
        account = {"username": username, "password": password, "provider": "db", "refresh": False}
        token = self.post("/api/v1/security/login", account)["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"
        self._headers["X-CSRFToken"] = self.get("/api/v1/security/csrf_token/")["result"]

    def get(self, path: str) -> Any:
        return self._send("GET", path, None, {})

    def post(self, path: str, body: Any) -> Any:
        return self._send("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def import_assets(self, bundle: bytes) -> None:
        """Import a zip of assets; what is there already under the same uuid is overwritten."""
        boundary = uuid.uuid4().hex
        head = (
            f"--{boundary}\r\n"
            'Content-Disposition: form-data; name="bundle"; filename="assets.zip"\r\n'
            "Content-Type: application/zip\r\n\r\n"
        )
        body = head.encode() + bundle + f"\r\n--{boundary}--\r\n".encode()
        self._send(
            "POST", "/api/v1/assets/import/", body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        )

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        request = urllib.request.Request(
            self.address + path, data=body, headers={**self._headers, **headers}, method=method
        )
        try:
            with self._opener.open(request, timeout=300) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            answered = error.read().decode("utf-8", "replace")
            raise SupersetError(f"{method} {path}: {error.code} {answered}") from error
