"""Every answer of a portal as it came, in WARC files that any tool for web archives reads.

    collected/warc/<crawl>-<number>.warc.gz

Each answer is a record of its own, compressed by itself, with the SHA-256 of its payload; where there was no answer a
record says why. The journal knows where each lies. What a killed crawl wrote behind the last record that the journal
knows is cut off before anybody reads it.
"""

from __future__ import annotations

import hashlib
import io
import os
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import responses
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from orchestration.collect.journal import Journal, KeptAnswer

FOLDER = "warc"
# A new file is begun beyond this; the usual size of files in web archives.
SEGMENT_BYTES = 1024**3
DIGEST = "sha256"
# What these said of the message does not hold of its bytes as they are kept.
OF_THE_TRANSFER = ("transfer-encoding", "connection", "keep-alive")


@dataclass(frozen=True)
class Answer:
    """What a host answered; `status` is missing where it did not, and `payload` then says why."""

    address: str
    status: int | None
    headers: Iterable[tuple[str, str]]
    payload: bytes
    asked: Iterable[tuple[str, str]] = ()


class Archive:
    """Writes the answers of one crawl, one after the other."""

    def __init__(self, folder: Path, journal: Journal, crawl_id: str, user_agent: str) -> None:
        self._folder, self._journal, self._crawl_id, self._user_agent = folder / FOLDER, journal, crawl_id, user_agent
        self._folder.mkdir(parents=True, exist_ok=True)
        self._number = 0
        self._mend()
        self._open_next()

    def close(self) -> None:
        self._file.close()

    def keep(self, answer: Answer) -> KeptAnswer:
        """Write an answer, and have it on disk before the journal knows of it."""
        if self._file.tell() > SEGMENT_BYTES:
            self._file.close()
            self._open_next()
        position = self._file.tell()
        at = datetime.now(UTC)
        digest = hashlib.sha256(answer.payload).hexdigest()
        record = self._record(answer, at, digest)
        self._writer.write_record(record)
        if answer.asked:
            self._writer.write_record(self._request(answer, at, record))
        self._sync()
        kept = KeptAnswer(
            record_id=_bare(record.rec_headers.get_header("WARC-Record-ID")),
            crawl_id=self._crawl_id,
            segment=self._path.name,
            position=position,
            length=self._file.tell() - position,
            address=answer.address,
            fetched_at=at.isoformat(timespec="seconds"),
            status=answer.status,
            payload_digest=digest,
        )
        self._journal.keep(kept)
        return kept

    def _mend(self) -> None:
        for path in sorted(self._folder.glob(f"{self._crawl_id}-[0-9]*.warc.gz")):
            self._number = int(path.name.removesuffix(".warc.gz").rsplit("-", 1)[1])
            known = self._journal.segment_end(path.name)
            if not known:
                path.unlink()
            elif path.stat().st_size > known:
                os.truncate(path, known)

    def _open_next(self) -> None:
        self._number += 1
        self._path = self._folder / f"{self._crawl_id}-{self._number:05d}.warc.gz"
        self._file = self._path.open("xb")
        self._writer = WARCWriter(self._file, gzip=True, warc_version="WARC/1.1")
        self._writer.write_record(
            self._writer.create_warcinfo_record(
                self._path.name, {"software": self._user_agent, "format": "WARC File Format 1.1", "robots": "obey"}
            )
        )
        self._sync()

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def _record(self, answer: Answer, at: datetime, digest: str) -> ArcWarcRecord:
        http = None
        if answer.status is not None:
            headers = [(name, value) for name, value in answer.headers if name.lower() not in OF_THE_TRANSFER]
            reason = responses.get(answer.status, "")
            http = StatusAndHeaders(f"{answer.status} {reason}".strip(), headers, protocol="HTTP/1.1")
        return self._writer.create_warc_record(
            answer.address,
            "response" if http else "metadata",
            payload=io.BytesIO(answer.payload),
            length=len(answer.payload),
            http_headers=http,
            warc_headers_dict=self._headers(at) | {"WARC-Payload-Digest": f"{DIGEST}:{digest}"},
        )

    def _request(self, answer: Answer, at: datetime, response: ArcWarcRecord) -> ArcWarcRecord:
        path = answer.address.split("/", 3)[3] if answer.address.count("/") > 2 else ""
        http = StatusAndHeaders(f"GET /{path} HTTP/1.1", list(answer.asked), is_http_request=True)
        concurrent = {"WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")}
        return self._writer.create_warc_record(
            answer.address, "request", http_headers=http, warc_headers_dict=self._headers(at) | concurrent
        )

    @staticmethod
    def _headers(at: datetime) -> dict[str, str]:
        return {
            "WARC-Record-ID": f"<{uuid.uuid4().urn}>",
            "WARC-Date": at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        }


@dataclass(frozen=True)
class ShownRecord:
    """A record of the archive: its own headers, those of the answer, its payload as it came and unpacked."""

    warc_headers: list[tuple[str, str]]
    status_line: str
    http_headers: list[tuple[str, str]]
    payload: bytes
    unpacked: bytes

    @property
    def payload_digest(self) -> str:
        return hashlib.sha256(self.payload).hexdigest()


def read_record(folder: Path, kept: KeptAnswer) -> ShownRecord:
    """The record as it lies in the archive. Raises `OSError` where its file is gone, `ValueError` where nothing of the
    kind lies there."""
    record, payload = _at(folder, kept, raw=True)
    _, unpacked = _at(folder, kept, raw=False)
    http = record.http_headers
    return ShownRecord(
        list(record.rec_headers.headers),
        f"{http.protocol} {http.statusline}" if http else "",
        list(http.headers) if http else [],
        payload,
        unpacked,
    )


def _at(folder: Path, kept: KeptAnswer, raw: bool) -> tuple[ArcWarcRecord, bytes]:
    with (folder / FOLDER / kept.segment).open("rb") as file, suppress(ArchiveLoadFailed):
        file.seek(kept.position)
        record = next(ArchiveIterator(file), None)
        if record and _bare(record.rec_headers.get_header("WARC-Record-ID")) == kept.record_id:
            return record, (record.raw_stream if raw else record.content_stream()).read()
    raise ValueError(f"{kept.segment} has no record {kept.record_id} at byte {kept.position}")


def _bare(record_id: str | None) -> str:
    """A record's id as evidence has it; empty where what was read is no record."""
    return (record_id or "").strip("<>")
