"""A release as a spreadsheet workbook, or as CSV files, from its public database."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.errors import UsageError
from orchestration.release.older import connect_release
from orchestration.wording import Wording
from orchestration.writing.csv_rows import csv_file
from orchestration.writing.sheet import append, saved

# Units, regions and indicators show the primary methodology; the others are in the database.
PRIMARY = "methodology_code in (select methodology_code from marts.release_info where is_primary_methodology)"


@dataclass(frozen=True)
class Sheet:
    """One sheet, or one CSV file: `name` of the file, `title` of the sheet, what it shows, and of which mart it is."""

    name: str
    title: Wording
    query: str
    table: str


DICTIONARY_TITLES = {
    "table_name": Wording("表", "Table"),
    "column_name": Wording("列", "Column"),
    "data_type": Wording("类型", "Type"),
    "comment": Wording("说明", "Meaning"),
}
TECHNICAL_SHEETS = (
    Sheet(
        "summary",
        Wording("摘要", "summary"),
        "select * from marts.release_info order by not is_primary_methodology, methodology_code",
        "release_info",
    ),
    Sheet(
        "units",
        Wording("得分", "units"),
        "select * from marts.unit_scorecard where is_primary_methodology order by rank_overall nulls last, unit_code",
        "unit_scorecard",
    ),
    Sheet(
        "regions",
        Wording("地区", "regions"),
        f"""
        select * from marts.region_score where {PRIMARY} and node_level <= 1
        order by region_level, region_code, node_code
        """,
        "region_score",
    ),
    Sheet(
        "indicators",
        Wording("指标", "indicators"),
        "select * from marts.dim_indicator order by methodology_code, sort_path",
        "dim_indicator",
    ),
    Sheet(
        "methodology",
        Wording("方法", "methodology"),
        "select * from marts.dim_measure order by methodology_code, measure_code",
        "dim_measure",
    ),
    Sheet(
        "dictionary",
        Wording("字典", "dictionary"),
        """
        select table_name, column_name, data_type, comment from duckdb_columns()
        where schema_name = 'marts' order by table_name, column_index
        """,
        "duckdb_columns",
    ),
)


@dataclass(frozen=True)
class RankingColumn:
    """A column of the sheet that opens first: its heading, its SQL over `scores` and `bands`, and how numbers show."""

    heading: Wording
    sql: str
    number_format: str = "General"


SCORE_FORMAT, GAIN_FORMAT = "0.00", "+0;-0;0"
RANKING_COLUMNS = (
    RankingColumn(Wording("名次", "Rank"), "scores.rank_overall"),
    RankingColumn(Wording("名次区间", "Rank interval"), "bands.rank_interval"),
    RankingColumn(Wording("代码", "Code"), "scores.unit_code"),
    RankingColumn(
        Wording("{unit_noun}", "{unit_noun}"),
        "coalesce(scores.unit_name_{language}, scores.unit_name_{other})",
    ),
    RankingColumn(
        Wording("市(州、盟)", "Prefecture"),
        "coalesce(scores.prefecture_name_{language}, scores.prefecture_name_{other})",
    ),
    RankingColumn(
        Wording("省(区、市)", "Province"),
        "coalesce(scores.province_name_{language}, scores.province_name_{other})",
    ),
    RankingColumn(Wording("得分", "Score"), "scores.published_score", SCORE_FORMAT),
    RankingColumn(Wording("等级", "Grade"), "scores.grade"),
    RankingColumn(Wording("省内名次", "Rank in the province"), "scores.rank_in_province"),
    RankingColumn(Wording("上年得分", "Score of the year before"), "scores.previous_published_score", SCORE_FORMAT),
    RankingColumn(Wording("上年名次", "Rank of the year before"), "scores.previous_rank_overall"),
    RankingColumn(Wording("名次变化", "Places gained"), "scores.rank_gain", GAIN_FORMAT),
)
RANKING = Wording("排名", "ranking")
# The band of the scenario that is shown by default; a release before there were any has none.
BANDS = """
    select
        unit_code,
        lower_whole_rank || '–' || upper_whole_rank as rank_interval
    from marts.rank_interval
    where is_default_scenario
        and {primary}
        and scope_code in (select region_code from marts.dim_region where parent_region_code is null)
"""
NO_BANDS = "select null::varchar as unit_code, null::varchar as rank_interval where false"
HEAD_FILL = PatternFill("solid", fgColor="DDE6EE")
NOTICE_FILL = PatternFill("solid", fgColor="FFE699")
WIDEST = 48
# Where a column's comment goes on to explain what its beginning names.
LONGER_THAN_A_TITLE = re.compile("[,;:(\uff0c\uff1b\uff1a\uff08\u3002]")
NOTICES = {
    "synthetic": "合成数据,非真实观测 / SYNTHETIC DATA: drawn at random, not observed",
    "partly_synthetic": "含合成数据 / PARTLY SYNTHETIC DATA: some rows are drawn at random",
}


def write_workbook(database: Path, target: Path, language: str) -> None:
    """Write the workbook at `target`, which must not exist; each sheet names its release and its kind of data.

    The first one is for people; those behind it hold all columns, under a title in the language and the name in the
    database.
    """
    _require_free(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    workbook = Workbook()
    workbook.remove(workbook.active)
    with connect_release(database) as connection:
        head, released_at = _head(connection)
        _write_ranking(workbook.create_sheet(RANKING.in_language(language)), head, *_ranking(connection, language))
        for sheet in TECHNICAL_SHEETS:
            titles = _titles(connection, sheet.table, language)
            _write_technical(
                workbook.create_sheet(sheet.title.in_language(language)), head, titles, connection.execute(sheet.query)
            )
    partial = target.with_name(target.name + ".tmp")
    partial.write_bytes(saved(workbook, released_at))
    os.replace(partial, target)


def write_csv_files(database: Path, target: Path, language: str) -> None:
    """Write one CSV file a sheet into the folder `target`, which must not exist (UTF-8 with a mark, as Excel needs)."""
    _require_free(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # With the modes of any folder that its owner makes: an export is for colleagues.
    work = target.parent / f".zhengxin-export-{uuid.uuid4().hex}"
    work.mkdir()
    try:
        with connect_release(database) as connection:
            columns, rows = _ranking(connection, language)
            _write_csv(work / "ranking.csv", [heading for heading, _ in columns], rows)
            for sheet in TECHNICAL_SHEETS:
                result = connection.execute(sheet.query)
                _write_csv(work / f"{sheet.name}.csv", [column[0] for column in result.description], _rows(result))
        os.rename(work, target)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with csv_file(path) as file:
        file.write(header)
        file.write_all(rows)


def _require_free(target: Path) -> None:
    if target.exists():
        raise UsageError(
            Wording(
                f"{target} 已存在:请用 --output 另指定,或将其移走。",
                f"{target} is there already: name another with --output, or move it away.",
            )
        )


def _head(connection: duckdb.DuckDBPyConnection) -> tuple[str, datetime]:
    """What stands above each sheet, and when the release was made."""
    [(release, kind, released_at)] = connection.execute(
        "select release_id, data_kind, released_at from marts.release_info order by not is_primary_methodology limit 1"
    ).fetchall()
    return f"zhengxin {release}  {NOTICES.get(kind, '')}".strip(), released_at


def _ranking(
    connection: duckdb.DuckDBPyConnection, language: str
) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]]]:
    """Heading and number format of each column of the first sheet, and its rows.

    Columns that hold nothing are left out: an index of countries has no prefectures.
    """
    [(noun,)] = connection.execute(
        f"select coalesce(unit_noun_{language}, unit_noun_{_other(language)}) from marts.dim_methodology "
        f"where {PRIMARY} limit 1"
    ).fetchall()
    has_bands = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = 'marts' and table_name = 'rank_interval'"
    ).fetchone() != (0,)
    selected = ", ".join(
        column.sql.format(language=language, other=_other(language)) + f" as column_{position}"
        for position, column in enumerate(RANKING_COLUMNS)
    )
    rows = connection.execute(
        f"with bands as ({BANDS.format(primary=PRIMARY) if has_bands else NO_BANDS}) select {selected} "
        "from marts.unit_scorecard as scores left join bands using (unit_code) where scores.is_primary_methodology "
        "order by scores.rank_overall nulls last, scores.unit_code"
    ).fetchall()
    used = [place for place in range(len(RANKING_COLUMNS)) if any(row[place] is not None for row in rows)]
    columns = [
        (
            RANKING_COLUMNS[place].heading.in_language(language).format(unit_noun=noun[:1].upper() + noun[1:]),
            RANKING_COLUMNS[place].number_format,
        )
        for place in used
    ]
    return columns, [tuple(row[place] for place in used) for row in rows]


def _other(language: str) -> str:
    return "en" if language == "zh" else "zh"


def _titles(connection: duckdb.DuckDBPyConnection, table: str, language: str) -> dict[str, str]:
    """What the columns of a mart are called in a language: the beginning of their comments."""
    found = connection.execute(
        "select column_name, comment from duckdb_columns() where schema_name = 'marts' and table_name = $1", [table]
    ).fetchall()
    titles = {name: title.in_language(language) for name, title in DICTIONARY_TITLES.items()}
    for name, comment in found:
        spoken = (comment or "").split(" / ")
        text = spoken[0] if language == "zh" else spoken[-1]
        titles[name] = LONGER_THAN_A_TITLE.split(text, maxsplit=1)[0].strip()
    return titles


def _write_ranking(
    sheet: Worksheet, head: str, columns: Sequence[tuple[str, str]], rows: Sequence[tuple[Any, ...]]
) -> None:
    headings = [heading for heading, _ in columns]
    append(sheet, [head])
    append(sheet, headings)
    for row in rows:
        append(sheet, row)
    for position, (_, number_format) in enumerate(columns, start=1):
        for cell in sheet[get_column_letter(position)][2:]:
            cell.number_format = number_format if isinstance(cell.value, int | float | Decimal) else cell.number_format
    _dress(sheet, 2, _widths(headings, rows))
    _set_up_print(sheet, len(columns))


def _write_technical(sheet: Worksheet, head: str, titles: dict[str, str], result: duckdb.DuckDBPyConnection) -> None:
    columns = [column[0] for column in result.description]
    spoken = [titles.get(name, "") for name in columns]
    append(sheet, [head])
    append(sheet, spoken)
    append(sheet, columns)
    rows = list(_rows(result))
    for row in rows:
        append(sheet, row)
    _dress(sheet, 3, _widths(columns, [spoken, *rows]))


def _dress(sheet: Worksheet, header_row: int, widths: Sequence[int]) -> None:
    """Colours, widths, what stays in sight, and filters."""
    sheet["A1"].fill, sheet["A1"].font = NOTICE_FILL, Font(bold=True)
    for row in sheet.iter_rows(min_row=2, max_row=header_row):
        for cell in row:
            cell.font, cell.fill = Font(bold=True), HEAD_FILL
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    for position, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = min(width, WIDEST) + 2
    sheet.freeze_panes = f"A{header_row + 1}"
    sheet.auto_filter.ref = f"A{header_row}:{get_column_letter(len(widths))}{sheet.max_row}"


def _set_up_print(sheet: Worksheet, column_count: int) -> None:
    """A4 across, as wide as the page, headings and page numbers on every page."""
    sheet.page_setup.paperSize, sheet.page_setup.orientation = sheet.PAPERSIZE_A4, sheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:2"
    sheet.print_area = f"A1:{get_column_letter(column_count)}{sheet.max_row}"
    sheet.oddFooter.center.text = "&P / &N"


def _widths(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[int]:
    widths = [_width(name) for name in header]
    for row in rows:
        widths = [max(width, _width(value)) for width, value in zip(widths, row, strict=True)]
    return widths


def _rows(result: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while batch := result.fetchmany(5_000):
        yield from batch


def _width(value: object) -> int:
    """Cells that the text takes; a Chinese character takes two."""
    text = "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)
