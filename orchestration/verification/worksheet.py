"""The workbook that verifiers fill in: the template of `verification` with what to verify in it.

A row holds the key of one item, and the note on its first cell what is known of it; a second sheet shows the same at a
glance. Filled in and put into `inbox/verification` it lands as it is: landing reads the first sheet only.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.errors import UsageError
from orchestration.landing.contracts.verification import VERIFICATION
from orchestration.landing.template import FIRST_ROW, template_workbook
from orchestration.verification.queue import QueueItem
from orchestration.wording import Wording
from orchestration.writing.sheet import append, note, put

OVERVIEW_SHEET = "待查验 to verify"
OVERVIEW = {
    "次序 priority": 9,
    "单位 unit": 10,
    "名称 name": 16,
    "事项 item": 34,
    "内容 what": 40,
    "原因 reasons": 44,
    "分量 weight": 10,
    "现值 value": 14,
    "采集 captured": 34,
    "证据 evidence": 44,
    "说明 detail": 50,
}


def write_worksheet(items: Iterable[QueueItem], year: int, path: Path) -> Path:
    """Write the workbook for items of an edition to `path` (.xlsx) and return it. Raises `UsageError` for another
    extension."""
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise UsageError(
            Wording(f"{path}:待核查的内容须写入 .xlsx 文件", f"{path}: what is to be verified goes into an .xlsx file")
        )
    workbook = template_workbook(VERIFICATION)
    sheet = workbook[VERIFICATION.source]
    overview = workbook.create_sheet(OVERVIEW_SHEET, index=1)
    _write_header(overview)
    names = VERIFICATION.column_names
    for row, item in enumerate(items, start=FIRST_ROW):
        is_event = item.subject == "opinion_event"
        key = {
            "subject": item.subject,
            "unit_code": item.unit_code,
            "assessment_year": str(year),
            "cluster_code" if is_event else "measure_code": item.subject_code,
            "provenance": "collected",
        }
        for name, cell in key.items():
            put(sheet.cell(row, names.index(name) + 1), cell)
        note(sheet.cell(row, 1), _note(item), width=420, height=180)
        append(overview, _overview_row(item))
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(path)
    return path


def _write_header(overview: Worksheet) -> None:
    append(overview, OVERVIEW)
    for cell, width in zip(overview[1], OVERVIEW.values(), strict=True):
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True)
        overview.column_dimensions[cell.column_letter].width = width
    overview.freeze_panes = "A2"


def _overview_row(item: QueueItem) -> list[object]:
    return [
        item.priority,
        item.unit_code,
        item.unit_name_zh,
        item.subject_code,
        item.subject_name_zh,
        item.reasons_zh,
        item.score_weight,
        _finding(item),
        _capture(item),
        item.evidence_url,
        item.detail_zh,
    ]


def _note(item: QueueItem) -> str:
    lines = [
        f"{item.unit_name_zh} {item.subject_name_zh}",
        f"原因 {item.reasons_zh}",
        f"现值 {_finding(item)}" if _finding(item) else "",
        _capture(item),
        item.evidence_url or "",
        item.detail_zh or "",
    ]
    return "\n".join(line for line in lines if line)


def _finding(item: QueueItem) -> str:
    if item.value is not None:
        text = format(item.value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return item.state or ""


def _capture(item: QueueItem) -> str:
    return " ".join(str(part) for part in (item.channel, item.captured_at) if part is not None)
