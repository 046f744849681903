"""The whole site: maps drawn once, then each language's pages and the units' data side by side, then the files.

Raises `UsageError` for releases that do not go together and for a folder that holds something else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from orchestration.report import charts
from orchestration.report.document import MapKind
from orchestration.report.maps.unit_shape import has_shapes
from orchestration.site.download_pages import Download, copy_releases, download_pages
from orchestration.site.editions import Editions, open_editions
from orchestration.site.geometry import Drawing, drawing
from orchestration.site.indicator_pages import indicator_pages
from orchestration.site.lookup import lookup_script
from orchestration.site.page import Page, SiteFolder, Written, relative_root
from orchestration.site.ranking_pages import ranking_name, ranking_pages
from orchestration.site.region_pages import region_pages
from orchestration.site.unit_data import write_unit_data
from orchestration.site.unit_pages import unit_pages
from orchestration.site.view import LANGUAGES, View
from orchestration.worker_processes import worker_processes
from orchestration.writing.html import environment as text_environment

FOLDER = Path(__file__).parent
MAPPED_LEVELS = {"nation": MapKind.nation, "province": MapKind.province, "prefecture": MapKind.prefecture}

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Site:
    """A site that was built: its folder, how many files it has, how many of them are new or changed, how many went."""

    folder: Path
    file_count: int
    changed_count: int
    removed_count: int


def build_site(
    files: Mapping[str, Path],
    folder: Path,
    head: str = "",
    progress: Progress = lambda step: None,
    address: str = "",
) -> Site:
    """Write the site of the releases `files` (public file by release id) into `folder`.

    `head` is the head of the chain of releases, for the foot of each page. `progress` hears of each part that is done.
    `address` is where the site will stand: then `sitemap.xml` tells search engines of its pages.
    """
    target = SiteFolder(folder)
    target.require_ours()
    with target.only_writer():
        return _build(files, target, head, progress, address)


def _build(files: Mapping[str, Path], target: SiteFolder, head: str, progress: Progress, address: str) -> Site:
    databases = list(files.values())
    with open_editions(databases) as editions:
        target.begin()
        written = Written()
        downloads = copy_releases(dict(files), editions, target, written)
        _write_assets(editions, target, written)
        wanted = _wanted_drawings(editions)
    progress("downloads")
    with worker_processes(os.cpu_count() or 1) as workers:
        drawings = dict(workers.map(_draw, wanted, chunksize=8))
        progress("maps")
        parts = {workers.submit(_write_unit_data, databases, target.root): "data"}
        for language in LANGUAGES:
            part = workers.submit(_write_pages, databases, target.root, language, drawings, head, downloads)
            parts[part] = language
        for finished in as_completed(parts):
            written.add(finished.result())
            progress(parts[finished])
    if address:
        target.write("sitemap.xml", _sitemap(address, written.paths), written)
        target.write("robots.txt", f"User-agent: *\nAllow: /\nSitemap: {address.rstrip('/')}/sitemap.xml\n", written)
    removed = target.finish(written)
    return Site(target.root, len(set(written.paths)), written.changed, removed)


def _sitemap(address: str, paths: Sequence[str]) -> str:
    """Every page of the site by its full address, as sitemaps.org has it."""
    pages = sorted({path for path in paths if path.endswith(".html")})
    rows = "".join(f"<url><loc>{escape(address.rstrip('/'))}/{escape(path)}</loc></url>\n" for path in pages)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</urlset>\n'
    )


def _wanted_drawings(editions: Editions) -> list[tuple[MapKind, str, int, list[tuple[str, str, str]]]]:
    """Kind, region, year and the shown places of each map."""
    regions, units = editions.ask("region"), editions.ask("unit")
    wanted = []
    for region in regions:
        kind = MAPPED_LEVELS.get(region["region_level"])
        if kind is None:
            continue
        if kind is MapKind.nation:
            below = [
                (each["region_code"], each) for each in regions if each["parent_region_code"] == region["region_code"]
            ]
        else:
            below = [
                (unit["unit_code"], unit)
                for unit in units
                if region["region_code"] in (unit["province_code"], unit["prefecture_code"])
            ]
        names = [(code, place["name_zh"], place["name_en"] or place["name_zh"]) for code, place in below]
        if has_shapes(kind, [code for code, _, _ in names], editions.year):
            wanted.append((kind, region["region_code"], editions.year, names))
    return wanted


def _draw(wanted: tuple[MapKind, str, int, Sequence[tuple[str, str, str]]]) -> tuple[str, Drawing]:
    return wanted[1], drawing(*wanted)


def _write_assets(editions: Editions, target: SiteFolder, written: Written) -> None:
    for path in [*sorted((FOLDER / "assets").iterdir()), charts.DARK_STYLE]:
        target.write(f"assets/{path.name}", path.read_bytes(), written)
    target.write("assets/lookup.js", lookup_script(editions, editions.ask("unit"), editions.ask("region")), written)
    entrance = _environment().get_template("entrance.html")
    names = {language: View(editions, language).named(editions.newest, "series_name") for language in LANGUAGES}
    target.write("index.html", entrance.render(names=names), written)


def _write_unit_data(databases: Sequence[Path], folder: Path) -> Written:
    written = Written()
    with open_editions(databases) as editions:
        write_unit_data(editions, SiteFolder(folder), written)
    return written


def _write_pages(
    databases: Sequence[Path],
    folder: Path,
    language: str,
    drawings: Mapping[str, Drawing],
    head: str,
    downloads: dict[str, list[Download]],
) -> Written:
    written, target = Written(), SiteFolder(folder)
    with open_editions(databases) as editions:
        view = View(editions, language, drawings, head)
        environment = _environment(view)
        for page in _pages(view, downloads):
            html = environment.get_template(page.template).render(
                page=page, root=relative_root(page.path), view=view, **page.content
            )
            target.write(page.path, html, written)
    return written


def _pages(view: View, downloads: dict[str, list[Download]]) -> Iterator[Page]:
    return chain(
        region_pages(view),
        indicator_pages(view),
        ranking_pages(view),
        unit_pages(view),
        download_pages(view, downloads),
        (Page(view.page(name), f"{name}.html", {}) for name in ("releases", "about")),
    )


def _environment(view: View | None = None) -> jinja2.Environment:
    environment = text_environment(jinja2.FileSystemLoader(FOLDER / "templates"))
    environment.filters["svg"] = Markup
    environment.globals["ranking_name"] = ranking_name
    if view is not None:
        environment.globals.update(t=view.t, language=view.language, other=view.other)
        for name in ("score", "change", "rate", "count", "gain", "named"):
            environment.filters[name] = getattr(view, name)
    return environment
