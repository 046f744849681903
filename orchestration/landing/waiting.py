"""What waits in the inbox: files that landing would take, told without landing them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from orchestration.errors import UsageError
from orchestration.file_digest import sha256_of
from orchestration.home import Home
from orchestration.landing.accepted import rows_by_value
from orchestration.landing.contracts import CONTRACTS
from orchestration.landing.evidence.layout import kind_codes
from orchestration.landing.inbox import InboxItem, scan_evidence, scan_inbox
from orchestration.landing.store import Store
from orchestration.wording import Wording

PLAIN_YEAR = re.compile(r"[0-9]{4}", re.ASCII)


@dataclass(frozen=True)
class WaitingFile:
    """A file of the inbox whose bytes are not the ones last delivered under its name."""

    item: InboxItem
    file_sha256: str

    def assessment_years(self) -> set[int]:
        """Years named in the file's rows; empty where they cannot be read (landing will say why)."""
        # Who only asks what waits does without Arrow and the reader of workbooks.
        from orchestration.landing.readers import FileRejected, read_table

        with TemporaryDirectory() as folder:
            try:
                table = read_table(self.item.path, CONTRACTS[self.item.source], Path(folder))
            except (FileRejected, OSError):
                return set()
            if table.header.count("assessment_year") != 1:
                return set()
            cells = table.read(["assessment_year"]).column(0).unique().drop_null().to_pylist()
        return {int(cell) for cell in map(str.strip, cells) if PLAIN_YEAR.fullmatch(cell)}


def waiting_files(home: Home) -> list[WaitingFile]:
    """Files that landing would take now, in the order of their names; those it would leave alone are not waiting."""
    store = Store(home.landing)
    latest = store.latest_deliveries()
    waiting = []
    for item in (*scan_inbox(home.inbox, CONTRACTS), *scan_evidence(home.inbox, kind_codes(home))):
        if item.problem:
            continue
        try:
            file_sha256 = sha256_of(item.path)
        except OSError:
            continue
        delivery = latest.get((item.source, item.file_name))
        if delivery is None or store.batch(item.source, delivery.batch_id).file_sha256 != file_sha256:
            waiting.append(WaitingFile(item, file_sha256))
    return waiting


def observed_years(home: Home, files: Iterable[WaitingFile]) -> set[int]:
    """Years of which observations have landed or wait among `files`: those that a run can score."""
    waiting = (file.assessment_years() for file in files if file.item.source == "observation")
    return landed_years(home).union(*waiting)


def newest_observed_year(home: Home, editions: Iterable[int]) -> int | None:
    """The newest of `editions` of which observations have landed or wait; None without any, or if that is not to be
    known because the landing store is damaged (loading it says so, and names the batch)."""
    try:
        observed = observed_years(home, waiting_files(home))
    except UsageError:
        return None
    return max(observed.intersection(editions), default=None)


def landed_years(home: Home) -> set[int]:
    """Years of which observations have been accepted and are in effect. Raises `UsageError` for a damaged batch."""
    store = Store(home.landing)
    paths = [store.accepted_path(batch) for batch in store.effective_batches("observation")]
    try:
        return set(rows_by_value(paths, "assessment_year"))
    except duckdb.Error:
        return set().union(*map(_years_in, paths))


def _years_in(accepted: Path) -> set[int]:
    try:
        return set(rows_by_value([accepted], "assessment_year"))
    except duckdb.Error as error:
        raise UsageError(
            Wording(
                f"一个有效批次的行已丢失:{accepted} 缺失或损坏;请恢复入库存储",
                f"a batch in effect has lost its rows: {accepted} is missing or damaged; restore the landing store",
            )
        ) from error


def require_data(home: Home, years: Iterable[int]) -> None:
    """Raise `UsageError` for years of which no observation has been accepted and none waits in the inbox.

    It is asked at a launch, so it looks into the waiting files only for years that have not landed.
    """
    missing = set(years) - landed_years(home)
    if missing:
        missing -= observed_years(home, waiting_files(home))
    if missing:
        raise UsageError(no_data_message(home, missing, landed_years(home)))


def no_data_message(home: Home, missing: Iterable[int], found: Iterable[int]) -> Wording:
    """What to tell who asks for the years `missing`, of which there is no observation; `found` are those with some."""
    years, folder = ", ".join(map(str, sorted(missing))), home.inbox / "observation"
    text = Wording(
        f"没有已接收的 {years} 年度观测值。请将 assessment_year 为该年度的文件放入 {folder}"
        "(zhengxin template observation 写出空表),或用 zhengxin status 查看哪些行被隔离、为何被隔离。",
        f"No observation of {years} has been accepted. Put files with that assessment_year into {folder} (zhengxin "
        "template observation writes an empty one), or see with zhengxin status which rows are in quarantine and why.",
    )
    latest = max(found, default=None)
    if latest is None:
        return text
    return Wording(
        f"{text.zh} 只有舆情事件的年度,其预警随每次运行给出:zhengxin run {latest}。",
        f"{text.en} Warnings of a year that has only events yet come with each run: zhengxin run {latest}.",
    )


def identity_of(files: Iterable[WaitingFile]) -> str:
    """A name for this very set of names and contents: 16 hexadecimal digits."""
    parts = sorted(f"{file.item.source}\0{file.item.file_name}\0{file.file_sha256}" for file in files)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
