"""The queries that the READMEs and documents show: SQL blocks, and those given to `zhengxin query`."""

from __future__ import annotations

import re

from orchestration.home import project_root

# One walks through an index of its own, the other reads files beside the warehouse; tests of their own follow both.
WITHOUT_DEMO = ("own-index.md", "evidence.md")
SQL_BLOCK = re.compile(r"```sql\n(.*?)```", re.DOTALL)
QUERY_CALL = re.compile(r'zhengxin query "(select [^"…]+)"')


def example_queries() -> list[tuple[str, str]]:
    """(document and number, query) of every example, in order."""
    root = project_root()
    examples = []
    for document in sorted([*root.glob("README*.md"), *root.glob("docs/*.md")]):
        if document.name in WITHOUT_DEMO:
            continue
        text = document.read_text(encoding="utf-8")
        found = [match.group(1).strip() for pattern in (SQL_BLOCK, QUERY_CALL) for match in pattern.finditer(text)]
        examples += [(f"{document.name} #{number}", query) for number, query in enumerate(found, start=1)]
    return examples
