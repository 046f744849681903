"""The releases as data: their files, a Frictionless data package for each, and the page that lists them.

`datapackage.json` follows Data Package 1; `metadata/<table>.json` says the same of one table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from orchestration.release.catalogue import parquet_of
from orchestration.release.workbook import write_workbook
from orchestration.site.editions import Editions, Row
from orchestration.site.page import Page, SiteFolder, Written
from orchestration.site.view import LANGUAGES, View

FIELD_TYPES = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DOUBLE": "number",
    "VARCHAR": "string",
}
LICENSES = [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}]


@dataclass(frozen=True)
class Download:
    """One file of a release as the site holds it; `path` from the site's root, `size` in bytes."""

    path: str
    name: str
    size: int
    sha256: str
    comment: str


def copy_releases(
    files: dict[str, Path], editions: Editions, folder: SiteFolder, written: Written
) -> dict[str, list[Download]]:
    """Copy each release's public database and Parquet files, with their descriptions; returns the files by release."""
    found = {}
    for release_id, database in sorted(files.items()):
        info = next(row for row in editions.releases if row["release_id"] == release_id)
        tables, columns = _described(database)
        downloads = [_copied(folder, written, f"data/{release_id}/{database.name}", database, "")]
        for language in LANGUAGES:
            path = f"data/{release_id}/{database.stem}-{language}.xlsx"
            workbook = folder.make(path, database, partial(write_workbook, language=language), written)
            downloads.append(_download(path, workbook, ""))
        resources = []
        for table, comment in tables.items():
            parquet = parquet_of(database, table)
            if not parquet.is_file():
                continue
            path = f"data/{release_id}/parquet/{table}.parquet"
            download = _copied(folder, written, path, parquet, comment)
            downloads.append(download)
            resource = _resource(table, comment, columns[table], download)
            resources.append(resource)
            folder.write(
                f"data/{release_id}/metadata/{table}.json",
                _json({**resource, "path": f"../parquet/{table}.parquet"}),
                written,
            )
        folder.write(f"data/{release_id}/datapackage.json", _json(_package(info, resources)), written)
        found[release_id] = downloads
    return found


def download_pages(view: View, downloads: dict[str, list[Download]]) -> Iterator[Page]:
    yield Page(view.page("downloads"), "downloads.html", {"downloads": downloads})


def _described(database: Path) -> tuple[dict[str, str], dict[str, list[tuple[str, str, str, bool]]]]:
    """Comments of the tables, and name, type, comment and whether it may be empty of each of their columns."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select table_name, coalesce(comment, '') from duckdb_tables() where schema_name = 'marts' order by 1"
        ).fetchall()
        columns: dict[str, list[tuple[str, str, str, bool]]] = {}
        for table, *column in connection.execute(
            "select table_name, column_name, data_type, coalesce(comment, ''), is_nullable from duckdb_columns() "
            "where schema_name = 'marts' order by table_name, column_index"
        ).fetchall():
            columns.setdefault(table, []).append(tuple(column))
    return dict(tables), columns


def _copied(folder: SiteFolder, written: Written, path: str, source: Path, comment: str) -> Download:
    folder.copy(path, source, written)
    return _download(path, source, comment)


def _download(path: str, file: Path, comment: str) -> Download:
    digest = sha256(file.read_bytes()).hexdigest()
    return Download(path, file.name, file.stat().st_size, digest, " ".join(comment.split()))


def _resource(
    table: str, comment: str, columns: list[tuple[str, str, str, bool]], download: Download
) -> dict[str, Any]:
    fields = [
        {
            "name": name,
            "type": FIELD_TYPES.get(data_type, "number" if data_type.startswith("DECIMAL") else "string"),
            "description": " ".join(text.split()),
            **({} if is_nullable else {"constraints": {"required": True}}),
        }
        for name, data_type, text, is_nullable in columns
    ]
    return {
        "name": table.replace("_", "-"),
        "title": table,
        "description": " ".join(comment.split()),
        "path": f"parquet/{table}.parquet",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": download.size,
        "hash": f"sha256:{download.sha256}",
        "schema": {"fields": fields},
    }


def _package(info: Row, resources: list[dict[str, Any]]) -> dict[str, Any]:
    released = info["released_at"]
    return {
        "profile": "data-package",
        "name": f"{info['series_code'].replace('_', '-')}-{info['release_id']}",
        "title": info["title_en"] or info["title_zh"],
        "version": info["release_id"],
        "created": f"{released.isoformat(timespec='seconds')}+08:00",
        "description": f"{info['title_zh'] or info['title_en']} ({info['data_kind']}, {info['data_kind_zh']})",
        "licenses": LICENSES,
        "resources": resources,
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
