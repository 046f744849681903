"""An answer of the archive, for people: what it was, what it says, and which evidence was found in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orchestration.collect.extra import require_extra
from orchestration.collect.journal import Journal, KeptAnswer
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing.store import CHINA_STANDARD_TIME
from orchestration.wording import Wording

# What a reader sees of a page.
SEEN = "//title//text() | //body//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]"


@dataclass(frozen=True)
class Shown:
    """An answer as it lies in the archive; `source` is its text, `text` what a reader sees of it."""

    kept: KeptAnswer
    file: Path
    status_line: str
    payload: bytes
    payload_digest: str
    source: str
    text: str
    evidence: list[tuple[str, dict[str, str]]]

    @property
    def fetched_at(self) -> str:
        at = datetime.fromisoformat(self.kept.fetched_at).astimezone(CHINA_STANDARD_TIME)
        return at.strftime("%Y-%m-%d %H:%M:%S +08:00")


def shown(home: Home, name: str) -> Shown:
    """The answer of a record id, or the last one of an address. Raises `UsageError` where there is none."""
    require_extra()
    from orchestration.collect.archive import FOLDER, read_record

    bare = name.strip().strip("<>")
    journal = Journal(home.collected)
    try:
        kept = journal.answer(bare) or journal.answer(f"urn:uuid:{bare}")
        evidence = journal.records_of(kept.record_id) if kept else []
    finally:
        journal.close()
    if kept is None:
        raise UsageError(
            Wording(
                f"存档中没有 {name}:请给出证据的 evidence_url,或已采集页面的网址。",
                f"The archive has no {name}: give the evidence_url of a record, or the address of a page that was"
                " collected.",
            )
        )
    file = home.collected / FOLDER / kept.segment
    try:
        record = read_record(home.collected, kept)
    except ValueError as error:
        raise UsageError(
            Wording(
                f"{file} 中没有记录 {kept.record_id}:存档已被改动,请从备份恢复。",
                f"{file} does not hold the record {kept.record_id}: it was changed, restore it from its backup.",
            )
        ) from error
    source = text_of(kept.address, record.http_headers, record.unpacked)
    return Shown(
        kept,
        file,
        record.status_line,
        record.payload,
        record.payload_digest,
        source,
        seen(source) if record.status_line else source,
        evidence,
    )


def text_of(address: str, headers: list[tuple[str, str]], content: bytes) -> str:
    """An answer's text, decoded as the crawl decodes it."""
    from scrapy.http import Headers, TextResponse
    from scrapy.responsetypes import responsetypes

    known = Headers([(name, value) for name, value in headers if name.lower() != "content-encoding"])
    kind = responsetypes.from_args(headers=known, url=address, body=content)
    response = (kind if issubclass(kind, TextResponse) else TextResponse)(address, headers=known, body=content)
    return response.text


def seen(source: str) -> str:
    import parsel

    lines = (" ".join(text.split()) for text in parsel.Selector(text=source or " ").xpath(SEEN).getall())
    return "\n".join(line for line in lines if line)
