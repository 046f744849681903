"""What the web server is told, by whom it is started."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from orchestration.web.guard import Access


@dataclass(frozen=True)
class ServerSettings:
    """What the process is told."""

    host: str
    port: int
    token: str
    names: list[str]
    any_address: bool
    read_only: bool
    proxy_header: str | None
    audit_log: str

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @property
    def access(self) -> Access:
        return Access(
            token=self.token,
            port=self.port,
            names=frozenset(self.names),
            any_address=self.any_address,
            read_only=self.read_only,
            proxy_header=self.proxy_header,
        )
