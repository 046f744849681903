"""How long the site of a home's releases takes, and how large its pages are.

    python benchmarks/site.py [HOME]

Builds the site of all releases in force twice into a temporary folder: seconds of both, the ratio, peak memory of the
largest process, and per kind of page the number of files and the largest, plain and compressed (gzip), with the limits
that they have to keep. A third build is of a revision of the newest edition that changes one unit's score: which files
are written then.
"""

from __future__ import annotations

import gzip
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from orchestration.home import Home
from orchestration.site.build import build_site
from orchestration.site.releases import releases_of_site

KINDS = ("index.html", "unit", "region", "ranking", "indicator", "units.html", "downloads.html")
ASSETS = ("site.css", "dark.css", "site.js", "lookup.js")
# What must be downloaded to read one page of a kind: compressed bytes.
LIMITS = {"index.html": 200_000, "unit": 60_000}
# A unit's score, hundredths of a point more, wherever a release tells it.
SCORES = {"fct_unit_score": "true", "unit_history": "assessment_year = $year", "score_contribution": "node_level = 0"}


def timed_build(files: dict[str, Path], folder: Path) -> float:
    began = time.perf_counter()
    built = build_site(files, folder)
    seconds = time.perf_counter() - began
    print(f"{seconds:7.1f} s  {built.file_count:,} files, {built.changed_count:,} written")
    return seconds


def revised(path: Path, folder: Path) -> Path:
    """The release with one unit's score a little higher, as revision 2."""
    target = Path(shutil.copyfile(path, folder / "revised.duckdb"))
    target.chmod(0o644)
    with duckdb.connect(str(target)) as connection:
        year, unit = connection.execute(
            "select assessment_year, min(unit_code) from marts.fct_unit_score where is_ranked group by 1"
        ).fetchone()
        connection.execute("update marts.release_info set release_id = $1, revision_number = 2", [f"{year}-r2"])
        for table, condition in SCORES.items():
            connection.execute(
                f"update marts.{table} set score = score + 0.01 where unit_code = '{unit}' "
                f"and {condition.replace('$year', str(year))}"
            )
        connection.execute(
            f"update marts.fct_unit_score set published_score = published_score + 0.01 where unit_code = '{unit}'"
        )
    return target


def pages_by_kind(folder: Path) -> dict[str, dict[Path, int]]:
    """The time of each file of a site, by its folder below a language or of data."""
    found: dict[str, dict[Path, int]] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            kind = "/".join(path.relative_to(folder).parts[:-1][:2])
            found.setdefault(kind, {})[path] = path.stat().st_mtime_ns
    return found


def sizes(path: Path) -> tuple[int, int]:
    content = path.read_bytes()
    return len(content), len(gzip.compress(content))


def in_kb(size: int) -> str:
    return f"{size / 1000:.1f} kB"


def main() -> None:
    home = Home(Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else Home.from_environment()
    files = releases_of_site(home)
    print(f"Site of {', '.join(files)}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "site"
        first = timed_build(files, folder)
        second = timed_build(files, folder)
        print(f"second build / first: {second / first:.2f}")
        largest = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(f"peak memory of the largest process: {largest / 1024**2:.2f} GiB")
        for kind in KINDS:
            place = folder / "zh" / kind
            pages = [place] if place.is_file() else sorted(place.glob("*.html"))
            plain, compressed = max((sizes(page) for page in pages), key=lambda pair: pair[1])
            limit = f", limit {in_kb(LIMITS[kind])}" if kind in LIMITS else ""
            print(f"{kind:16} {len(pages):6,} pages, largest {in_kb(plain)}, compressed {in_kb(compressed)}{limit}")
        for asset in ASSETS:
            plain, compressed = sizes(folder / "assets" / asset)
            print(f"{asset:16} {in_kb(plain)}, compressed {in_kb(compressed)}")
        newest = max(files)
        before = pages_by_kind(folder)
        files = {name: path for name, path in files.items() if name != newest}
        files[f"{newest.split('-')[0]}-r2"] = revised(releases_of_site(home)[newest], Path(temporary))
        print("One unit's score revised:")
        timed_build(files, folder)
        for kind, pages in sorted(pages_by_kind(folder).items()):
            written = sum(before.get(kind, {}).get(path) != changed for path, changed in pages.items())
            print(f"  {kind or 'top':24} {written:6,} of {len(pages):,} written")


if __name__ == "__main__":
    main()
