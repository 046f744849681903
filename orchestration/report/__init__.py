"""The yearly report: read from a release file, composed as a document, rendered as HTML and PDF. No Dagster here.

    release file ─▶ figures/ ─▶ sections/ ─▶ document.Report ─▶ html/   (jinja2, one page with its style inside)
                     (SQL,        (texts/                    └─▶ typst/ (PDF)
                     dataclasses)  zh, en)                        both draw with charts/ and maps/

What each renderer offers:

* `charts.draw(chart: Chart, language: str) -> str`: one `<svg>` element, vector, no script, no external reference.
* `maps.draw(map: Map, language: str) -> str`: the same for a map.
* `html.render(report: Report) -> str`: a whole page.
* `typst.write_pdf(report: Report, path: Path) -> None`: a PDF file, written whole or not at all. `UsageError` when
  no font with Chinese glyphs is found.
* `typst.page_images(report: Report, pixels_per_inch: int) -> list[bytes]`: each page of that PDF as PNG, for eyes.
"""
