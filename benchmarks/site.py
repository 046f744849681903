"""How long the site of a home's releases takes, and how large its pages are.

    python benchmarks/site.py [HOME]

Builds the site of all releases in force twice into a temporary folder: seconds of both, the ratio, peak memory of the
largest process, and per kind of page the number of files and the largest, plain and compressed (gzip).
"""

from __future__ import annotations

import gzip
import resource
import sys
import tempfile
import time
from pathlib import Path

from orchestration.home import Home
from orchestration.site.build import build_site
from orchestration.site.releases import releases_of_site

KINDS = ("index.html", "unit", "region", "ranking", "indicator", "units.html", "downloads.html")
ASSETS = ("site.css", "site.js", "lookup.js")


def timed_build(files: dict[str, Path], folder: Path) -> float:
    began = time.perf_counter()
    built = build_site(files, folder)
    seconds = time.perf_counter() - began
    print(f"{seconds:7.1f} s  {built.file_count:,} files, {built.changed_count:,} written")
    return seconds


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
            print(f"{kind:16} {len(pages):6,} pages, largest {in_kb(plain)}, compressed {in_kb(compressed)}")
        for asset in ASSETS:
            plain, compressed = sizes(folder / "assets" / asset)
            print(f"{asset:16} {in_kb(plain)}, compressed {in_kb(compressed)}")


if __name__ == "__main__":
    main()
