"""The report as PDF: pages, type and tables by typst, from a template that gets the report as data.

PDF/A-2a and PDF/UA-1 with tags: for archives, and for readers who do not see the page.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta, timezone
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import pikepdf
import typst

from orchestration.report.document import Report
from orchestration.report.fonts import chinese_font
from orchestration.report.typst.content import report_json

TEMPLATE = Path(__file__).parent / "report.typ"
PDF_STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
CHINA_STANDARD_TIME = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Paper:
    """A PDF file's bytes, and the characters (`U+1F6A7`) in whose place it has a mark."""

    content: bytes
    missing: tuple[str, ...]


def pdf(report: Report) -> bytes:
    """The PDF file's bytes, see `paper`."""
    return paper(report).content


def paper(report: Report) -> Paper:
    """The report as PDF; the same report gives the same bytes. `UsageError` when no font has Chinese glyphs.

    A report without date of release is a plain PDF: an archive's file has to name its date.
    """
    said, missing = inputs(report)
    released_at = report.released_at
    made = compiler().compile(
        format="pdf",
        sys_inputs=said,
        pdf_standards=PDF_STANDARDS if released_at else [],
        timestamp=released_at.replace(tzinfo=CHINA_STANDARD_TIME) if released_at else None,
    )
    [content] = _files(made)
    return Paper(packed(content), missing)


def packed(pdf: bytes) -> bytes:
    """The same document with its many small objects (the tags of every cell) compressed, a fifth of the size."""
    result = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(result, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return result.getvalue()


def write_pdf(report: Report, path: Path) -> tuple[str, ...]:
    """Writes the PDF to `path`, whole or not at all; returns the characters in whose place it has a mark. `UsageError`
    when no font has Chinese glyphs."""
    made = paper(report)
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        temporary = Path(file.name)
        file.write(made.content)
    temporary.chmod(0o644)
    os.replace(temporary, path)
    return made.missing


def page_images(report: Report, pixels_per_inch: int = 80) -> list[bytes]:
    """Each page as PNG."""
    return _files(compiler().compile(format="png", sys_inputs=inputs(report)[0], ppi=pixels_per_inch))


def _files(made: bytes | list[bytes] | None) -> list[bytes]:
    """What the compiler gave: one file, several (an image a page), or None where it was to write them itself."""
    return [] if made is None else made if isinstance(made, list) else [made]


def inputs(report: Report) -> tuple[dict[str, str], tuple[str, ...]]:
    """What the template gets, and the characters in whose place it has a mark."""
    content, missing = report_json(report)
    return {
        "report": content,
        "family": chinese_font().family,
        "dated": "yes" if report.released_at else "",
    }, missing


@cache
def compiler() -> typst.Compiler:
    """One compiler a process: it reads the fonts once."""
    return typst.Compiler(input=str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=chinese_font().fonts)
