"""`zhengxin land`: take what waits in the inbox, check it, and say what became of each file, in the home's language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from orchestration.commands.terminal import messages, output, progress_bar, styled, table
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.seeds import seeds_folder
from orchestration.settings import settings_of
from orchestration.wording import Wording
from orchestration.writing.plain import one_line

if TYPE_CHECKING:
    import pyarrow as pa

    from orchestration.landing.inbox import InboxItem
    from orchestration.landing.run import LandedFile
    from orchestration.landing.store import Store

DEFAULT_ROWS = 5

ROW = Wording("{file} 第 {row} 行:{rule}:{message}", "{file} row {row}: {rule}: {message}")
MORE_ROWS = Wording(
    "{file}:另有 {count} 行,zhengxin land --rows 0 显示全部",
    "{file}: and {count} more: zhengxin land --rows 0 shows all",
)
SUSPECT = Wording(
    "{file}:存疑 {count} 行({rule}:{says}),已入库;例如 {example}",
    "{file}: {count} suspect rows ({rule}: {says}), landed all the same; such as {example}",
)
IN_QUARANTINE = Wording(
    "{count} 行被隔离;zhengxin status 按规则计数。请改正文件后重新入库,"
    "或用 zhengxin land --errors errors.xlsx 导出这些行,改好后放回收件箱。",
    "{count} rows are in quarantine; zhengxin status counts them by rule. To mend them, correct the file and land it"
    " again, or have them written by zhengxin land --errors errors.xlsx and put the workbook, mended, into the inbox.",
)
REPLACED = Wording(
    "{count} 行已由其他文件中的改正行取代,不再算作隔离。",
    "For {count} rows mended ones of other files stand: they are no longer in quarantine.",
)
WRITTEN = Wording(
    "已写出 {path}({count} 行):改正后放入 {folder},再运行 zhengxin land",
    "Wrote {path} ({count} rows). Mend them, put it into {folder}, then: zhengxin land",
)
EMPTY = Wording(
    "收件箱 {inbox} 是空的。zhengxin demo 写入示例;zhengxin template 写出待填的空表。",
    "The inbox {inbox} is empty. zhengxin demo fills it; zhengxin template writes a file to fill in.",
)
EXISTS = Wording(
    "{path} 已存在:请换一个文件名,或用 --force 覆盖。",
    "{path} exists already: name another file, or write over it with --force.",
)
COLUMNS = (
    Wording("文件", "file"),
    Wording("结果", "outcome"),
    Wording("批次", "batch"),
    Wording("行数", "rows"),
    Wording("接收", "accepted"),
    Wording("隔离", "quarantined"),
    Wording("存疑", "suspect"),
)
NOTHING_TO_MEND = Wording("没有被隔离的行,未写出工作簿。", "No row is in quarantine; no workbook was written.")


def land(
    source: Annotated[
        list[str] | None,
        typer.Option(help="Only this source: a folder of the inbox, as observation; again for more."),
    ] = None,
    rows: Annotated[
        int, typer.Option(help="Most rows shown of a file's quarantine; 0 shows all.", min=0)
    ] = DEFAULT_ROWS,
    errors: Annotated[
        Path | None,
        typer.Option(help="Write the rows in quarantine into this .xlsx, to be mended and landed.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a workbook that exists.")] = False,
    accept_shrunk: Annotated[
        bool, typer.Option("--accept-shrunk", help="Land files that wait because they have far fewer rows than before.")
    ] = False,
    fewer_seeds: Annotated[
        bool, typer.Option("--fewer-seeds", help="Land though the seeds lack what those of the last landing had.")
    ] = False,
) -> None:
    """Land the files of the inbox: check every row, keep what was received, quarantine what is wrong.

    Nothing is scored; files stay in the inbox, and landing the same bytes again changes nothing. A run lands too, so
    this is for seeing early what is wrong with a file.

    [dim]zhengxin land
    zhengxin land --source observation --rows 0
    zhengxin land --errors errors.xlsx[/dim]
    """
    from orchestration.landing.mending import NOT_A_WORKBOOK
    from orchestration.landing.store import Store

    home = Home.from_environment()
    language = settings_of(home).language
    errors = errors.expanduser() if errors else None
    if errors and errors.suffix.lower() != ".xlsx":
        raise UsageError(NOT_A_WORKBOOK.filled(path=errors))
    if errors and errors.exists() and not force:
        raise UsageError(EXISTS.filled(path=errors))
    landed = land_with_progress(home, source, fewer_seeds, accept_shrunk)
    say = output()
    if not landed:
        say.print(EMPTY.in_language(language).format(inbox=home.inbox))
        return
    store = Store(home.landing)
    _print_landed(say, landed, language)
    _print_suspect(say, store, landed, language)
    _print_quarantined(say, store, landed, rows, language)
    if errors:
        _write_errors(say, home, landed, errors, language)
    if any(file.outcome == "rejected" for file in landed):
        raise typer.Exit(1)


def land_with_progress(
    home: Home, sources: list[str] | None = None, fewer_seeds: bool = False, accept_shrunk: bool = False
) -> list[LandedFile]:
    """Land the inbox, drawing how far it is."""
    from orchestration.landing.run import land_inbox

    with progress_bar(messages()) as bar:
        task = bar.add_task("Landing", total=None)

        def show(done: int, total: int, file: LandedFile) -> None:
            bar.update(task, description=f"Landing {file.source}/{file.file_name}", completed=done, total=total)

        def show_rows(item: InboxItem, count: int) -> None:
            bar.update(task, description=f"Reading {item.source}/{item.file_name}, {count:,} rows")

        return land_inbox(
            home,
            sources,
            progress=show,
            row_progress=show_rows,
            wait_seconds=settings_of(home).wait_seconds,
            fewer_seeds=fewer_seeds,
            accept_shrunk=accept_shrunk,
        )


def _name(file: LandedFile) -> str:
    return f"{file.source}/{file.file_name}".lstrip("/")


def _print_landed(say: Console, landed: list[LandedFile], language: str) -> None:
    """A table of the files, then what is to be mended, what was passed over and how cells were read."""
    from orchestration.landing.cells import READINGS

    columns = [column.in_language(language) for column in COLUMNS]
    rows = [
        (
            _name(file),
            file.outcome,
            file.batch_id,
            file.row_count,
            file.accepted_count,
            file.quarantined_count,
            file.warning_count,
        )
        for file in landed
    ]
    say.print(table(columns, rows))
    for file in landed:
        if file.error:
            say.print(styled("[bold red]{}[/]: {}: {}", _name(file), file.error_rule, file.error.in_language(language)))
        readings = [READINGS[kind].filled(count=f"{count:,}") for kind, count in file.readings.items()]
        for told in (*file.notices, *readings):
            say.print(one_line(f"{_name(file)}: {told.in_language(language)}"))


def _print_suspect(say: Console, store: Store, landed: list[LandedFile], language: str) -> None:
    """Why rows are suspect: the warnings of each file by rule, with an example."""
    for file in landed:
        if not file.warning_count or file.batch_id is None:
            continue
        for record in store.validation(store.batch(file.source, file.batch_id))["results"]:
            if record["severity"] != "warning" or record["success"]:
                continue
            suffix = "_zh" if language == "zh" else ""
            sample = record.get(f"sample{suffix}") or record.get("sample") or [""]
            say.print(
                one_line(
                    SUSPECT.in_language(language).format(
                        file=_name(file),
                        count=f"{record['unexpected_count']:,}",
                        rule=record["rule"],
                        says=record.get(f"description{suffix}") or record["description"],
                        example=sample[0],
                    )
                )
            )


def _print_quarantined(say: Console, store: Store, landed: list[LandedFile], limit: int, language: str) -> None:
    """The rows in quarantine of each file, at most `limit` of one (0: all), and what to do about them."""
    from orchestration.landing.quarantine import replaced_by_batch

    files = [file for file in landed if file.quarantined_count]
    if not files:
        return
    say.print()
    replaced = replaced_by_batch(store)
    standing = mended = 0
    for file in files:
        batch_id = file.batch_id or ""
        gone = replaced.get((file.source, batch_id), ())
        rows = store.quarantined(store.batch(file.source, batch_id))
        kept = rows.filter([number not in gone for number in rows.column("row_number").to_pylist()]) if gone else rows
        _print_rows(say, file, kept, limit, language)
        standing += kept.num_rows
        mended += rows.num_rows - kept.num_rows
    if mended:
        say.print(REPLACED.in_language(language).format(count=f"{mended:,}"))
    if standing:
        say.print(IN_QUARANTINE.in_language(language).format(count=f"{standing:,}"))


def _print_rows(say: Console, file: LandedFile, rows: pa.Table, limit: int, language: str) -> None:
    shown = (rows.slice(0, limit) if limit else rows).to_pylist()
    for row in shown:
        message = (row.get("message_zh") if language == "zh" else None) or row["message"]
        text = ROW.in_language(language).format(
            file=_name(file), row=row["row_number"], rule=row["rule"], message=message
        )
        say.print(one_line(text))
    if rows.num_rows > len(shown):
        count = f"{rows.num_rows - len(shown):,}"
        say.print(MORE_ROWS.in_language(language).format(file=_name(file), count=count))


def _write_errors(say: Console, home: Home, landed: list[LandedFile], path: Path, language: str) -> None:
    from orchestration.landing.contracts import CONTRACTS
    from orchestration.landing.mending import write_errors
    from orchestration.landing.store import Store

    # Rows of evidence are mended in the file that they came from: a workbook does not hold them.
    typed = [file for file in landed if file.source in CONTRACTS]
    written = write_errors(Store(home.landing), typed, path, language, seeds_folder(home))
    if not written:
        say.print(NOTHING_TO_MEND.in_language(language))
    for source, target, count in written:
        folder = home.inbox / source
        say.print(WRITTEN.in_language(language).format(path=target, folder=folder, count=f"{count:,}"))
