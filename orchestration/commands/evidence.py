"""`zhengxin evidence`: the records behind a measure of a unit, shown or written to a file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from orchestration.commands.language import Language, language_of
from orchestration.commands.subject import explaining, find_edition, find_unit
from orchestration.commands.terminal import cut_to_width, output, table
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing.store import Store
from orchestration.warehouse.evidence_records import DerivedMeasure, Records, Which, derived_measures, records_behind
from orchestration.wording import Wording
from orchestration.writing.csv_rows import csv_file
from orchestration.writing.plain import one_line

DEFAULT_ROWS = 20
COUNTS = Wording(
    "{measure}:{among} 条记录中 {counted} 条计入({note}),推算 {derivation} 第 {version} 版",
    "{measure}: {counted} of {among} records count ({note}); derivation {derivation}, version {version}",
)
VALUE = Wording("数值 {value}", "value {value}")
TOO_FEW = Wording("记录过少,未采集", "too few records: not collected")
IN_EFFECT = Wording("即采用的数值", "which is in effect")
ANOTHER = Wording("采用的是 {value}(来自 {source})", "in effect is {value} (from {source})")
LISTS = {
    Which.all: Wording("{measure},全部 {count} 条:", "{measure}, all {count} records:"),
    Which.counted: Wording("{measure},计入的 {count} 条:", "{measure}, the {count} that count:"),
    Which.others: Wording("{measure},其余 {count} 条:", "{measure}, the {count} others:"),
}
MORE = Wording(
    "另有 {count} 条:zhengxin evidence {unit} --year {year} --measure {measure} --rows 0",
    "and {count} more: zhengxin evidence {unit} --year {year} --measure {measure} --rows 0",
)
PAGE = Wording(
    "记录所在的页面,原样:zhengxin collect show {name}", "The page of a record, as it was: zhengxin collect show {name}"
)
WRITTEN = Wording("已写出 {path}({count} 条记录)。", "Wrote {path} ({count} records).")
MEASURES = (
    Wording("测量项", "measure"),
    Wording("记录", "records"),
    Wording("计入", "counted"),
    Wording("推算值", "derived"),
    Wording("采用值", "in effect"),
    Wording("来自", "from"),
)
# Shown of a record, in this order, where it has them.
SHOWN = ("days", "value", "url", "file_name", "row_number")


def evidence(
    unit: Annotated[
        str, typer.Argument(help="Code or name of the unit, such as 520115 or 观山湖区.", show_default=False)
    ],
    measure: Annotated[
        str | None, typer.Option(help="A measure, such as P3.2.rate. Default: list them.", show_default=False)
    ] = None,
    year: Annotated[int | None, typer.Option(help="Edition. Default: the latest.", show_default=False)] = None,
    which: Annotated[
        Which | None, typer.Option(help="all, counted or others. Default: what lost marks.", show_default=False)
    ] = None,
    rows: Annotated[int, typer.Option(help="Most records shown; 0 shows all.", min=0)] = DEFAULT_ROWS,
    export: Annotated[
        Path | None, typer.Option(help="Write the records into this .csv instead.", show_default=False)
    ] = None,
    language: Annotated[
        Language | None, typer.Option(help="Language. Default: the home's.", show_default=False)
    ] = None,
) -> None:
    """Show the records that a measure of a unit was counted from, down to file and row.

    Without a measure: all measures of the unit that records give, beside the values in effect. Records are those of the
    evidence store, each key once; what is looked at and what counts stands in marts.dim_derivation.

    [dim]zhengxin evidence 520115
    zhengxin evidence 520115 --year 2019 --measure P3.2.rate
    zhengxin evidence 观山湖区 --measure P3.2.rate --which all --export messages.csv[/dim]
    """
    spoken = language_of(language)
    say = output()
    with explaining(None) as connection:
        edition = find_edition(connection, year, None)
        found = find_unit(connection, edition, unit)
        measures = derived_measures(connection, edition.series_code, edition.year, found.unit_code)
        if not measures:
            raise UsageError(
                Wording(
                    f"没有 {found.unit_code} {edition.year} 年度的记录:请将证据放入 "
                    "inbox/evidence/<kind>/(见 docs/evidence.md),再运行 zhengxin run。",
                    f"No record has come in for "
                    f"{found.unit_code} and {edition.year}: put evidence into"
                    " inbox/evidence/<kind>/ (docs/evidence.md), then zhengxin run.",
                )
            )
        if measure is None:
            _print_measures(say, measures, spoken)
            return
        if measure not in measures:
            raise UsageError(
                Wording(
                    f"{found.unit_code} {edition.year} 年度的记录不产生测量项 '{measure}'。"
                    f"所产生的有 {', '.join(measures)}。",
                    f"Records give no measure '{measure}' for {found.unit_code} and "
                    f"{edition.year}. They give "
                    f"{', '.join(measures)}.",
                )
            )
        chosen = measures[measure]
        wanted = which or chosen.which_to_show
        store = Store(Home.from_environment().landing)
        key = (edition.series_code, edition.year, found.unit_code)
        behind = records_behind(connection, store, chosen, *key, which=wanted, limit=None if export else rows or None)
    if export:
        _write(export.expanduser(), behind)
        say.print(WRITTEN.filled(path=export, count=len(behind.rows)).in_language(spoken))
        return
    print_counts(say, chosen, spoken)
    print_records(say, chosen, behind, wanted, found.unit_code, edition.year, spoken)


def _print_measures(say: Console, measures: dict[str, DerivedMeasure], language: str) -> None:
    rows = [
        (
            found.measure_code,
            found.among_count,
            found.counted_count,
            _number(found.value) if found.value is not None else found.state,
            _number(found.effective_value),
            found.effective_source,
        )
        for found in measures.values()
    ]
    say.print(table([column.in_language(language) for column in MEASURES], rows))


def counts_text(measure: DerivedMeasure, language: str) -> str:
    """One line: what was counted, what it gives, and whether that is in effect."""
    note = Wording(measure.note_zh, measure.note_en).in_language(language)
    counts = COUNTS.filled(
        measure=measure.measure_code,
        among=measure.among_count,
        counted=measure.counted_count,
        note=note,
        derivation=measure.derivation_code,
        version=measure.derivation_version,
    )
    parts = [
        counts,
        VALUE.filled(value=_number(measure.value)) if measure.value is not None else TOO_FEW,
        IN_EFFECT
        if measure.is_effective
        else ANOTHER.filled(value=_number(measure.effective_value), source=measure.effective_source),
    ]
    return (";" if language == "zh" else "; ").join(part.in_language(language) for part in parts)


def print_counts(say: Console, measure: DerivedMeasure, language: str) -> None:
    say.print(Text(one_line(counts_text(measure, language))))


def print_records(
    say: Console, measure: DerivedMeasure, behind: Records, which: Which, unit: str, year: int, language: str
) -> None:
    """The records, and how to see those that are not shown."""
    count = measure.count_of(which)
    say.print(LISTS[which].filled(measure=measure.measure_code, count=count).in_language(language))
    if not behind.rows:
        return
    keys = [name for name in behind.columns if name not in (*SHOWN, "is_counted", "unit_code")][:1]
    filled = [name for number, name in enumerate(behind.columns) if any(row[number] is not None for row in behind.rows)]
    names = [name for name in (*keys, *SHOWN) if name in filled]
    rows = [tuple(row[behind.columns.index(name)] for name in names) for row in behind.rows]
    say.print(table(names, cut_to_width(say, names, rows)))
    if "evidence_url" in filled:
        kept = behind.columns.index("evidence_url")
        name = next(row[kept] for row in behind.rows if row[kept] is not None)
        say.print(one_line(PAGE.filled(name=name).in_language(language)))
    if count > len(rows):
        more = MORE.filled(count=count - len(rows), unit=unit, year=year, measure=measure.measure_code)
        say.print(more.in_language(language))


def _write(path: Path, behind: Records) -> None:
    if path.suffix.lower() != ".csv":
        raise UsageError(Wording(f"{path}:记录须写入 .csv 文件。", f"{path}: records are written into a .csv file."))
    with csv_file(path) as file:
        file.write(behind.columns)
        file.write_all(behind.rows)


def _number(value: Decimal | None) -> str:
    return "-" if value is None else f"{value.normalize():f}"
