"""Looks through the inbox: which files there are to land, and what lies there that cannot be taken, with the reason."""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.landing.contracts import CONTRACTS
from orchestration.wording import Wording

# Files that programs write beside the ones people mean: not yet complete, or never data.
UNFINISHED_SUFFIXES = (".tmp", ".part", ".crdownload", ".partial", ".filepart")
NEVER_DATA = ("thumbs.db", "desktop.ini")
# Holds a folder per kind of evidence; the kinds are rows of a seed.
EVIDENCE_FOLDER = "evidence"


@dataclass(frozen=True)
class InboxItem:
    """One thing found in the inbox: a file to land, or, where `problem` is filled, why it is left alone.

    `problem_rule` is a stable name; `is_notice` tells a file that is merely not ready from a fault to mend.
    `source` is empty for what lies outside the source folders; `file_name` is the path below the source's folder.
    """

    source: str
    file_name: str
    path: Path
    problem_rule: str = ""
    problem: Wording | None = None
    is_notice: bool = False


def scan_inbox(inbox: Path, sources: Iterable[str]) -> list[InboxItem]:
    """Everything below the inbox in the order of names."""
    items = list(_outside_sources(inbox)) if inbox.exists() else []
    for source in sources:
        folder = inbox / source
        if folder.exists():
            items += [_item(inbox, source, path) for path in _files_below(folder)]
    return items


def scan_evidence(inbox: Path, kinds: Iterable[str]) -> list[InboxItem]:
    """Everything below the inbox's folder of evidence, in the order of kinds and names."""
    root = inbox / EVIDENCE_FOLDER
    kinds = list(kinds)
    if not root.is_dir():
        return []
    items = [_outside_kinds(path, kinds) for path in sorted(root.iterdir()) if not _is_passed_over(path.name)]
    found = [item for item in items if item]
    for kind in kinds:
        if (root / kind).is_dir():
            found += [_item(root, kind, path) for path in _files_below(root / kind)]
    return found


def _outside_kinds(path: Path, kinds: list[str]) -> InboxItem | None:
    if path.is_dir() and path.name in kinds:
        return None
    places = ", ".join(f"inbox/{EVIDENCE_FOLDER}/{kind}/" for kind in kinds)
    message = Wording(
        f"inbox/{EVIDENCE_FOLDER}/{path.name} 不属于任何证据类别:请放入 {places}",
        f"inbox/{EVIDENCE_FOLDER}/{path.name} belongs to no kind of evidence: put it into {places}",
    )
    return InboxItem("", f"{EVIDENCE_FOLDER}/{path.name}", path, "outside_source_folder", message)


def make_folders(inbox: Path) -> None:
    """Create the folders of the sources where they are missing."""
    for source in CONTRACTS:
        (inbox / source).mkdir(parents=True, exist_ok=True)


def _outside_sources(inbox: Path) -> Iterator[InboxItem]:
    folders = [f"inbox/{source}/" for source in CONTRACTS]
    places = Wording("、".join(folders), " or ".join(folders))
    for path in sorted(inbox.iterdir()):
        if path.name in (*CONTRACTS, EVIDENCE_FOLDER) or _is_passed_over(path.name):
            continue
        if path.is_dir():
            near = difflib.get_close_matches(path.name, CONTRACTS, n=1)
            meant = Wording(f"(是否为 {near[0]}?)", f" (did you mean {near[0]}?)") if near else Wording("", "")
            message = Wording(
                f"inbox/{path.name}/ 不是数据源的文件夹{meant.zh}:请把其中的文件放入 {places.zh}",
                f"inbox/{path.name}/ is no folder of a source{meant.en}: put its files into {places.en}",
            )
        else:
            message = Wording(
                f"文件直接放在收件箱中:请放入 {places.zh}",
                f"the file lies directly in the inbox: put it into {places.en}",
            )
        yield InboxItem("", path.name, path, "outside_source_folder", message)


def _files_below(folder: Path) -> Iterator[Path]:
    """Everything but folders, depth first by name; links to folders are given as they are, not followed."""
    for path in sorted(folder.iterdir()):
        if _is_passed_over(path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            try:
                yield from _files_below(path)
            except PermissionError:
                yield path
        else:
            yield path


def _item(inbox: Path, source: str, path: Path) -> InboxItem:
    file_name = path.relative_to(inbox / source).as_posix()

    def refuse(rule: str, zh: str, en: str) -> InboxItem:
        return InboxItem(source, file_name, path, rule, Wording(zh, en))

    try:
        file_name.encode("utf-8")
    except UnicodeEncodeError:
        shown = file_name.encode("utf-8", "backslashreplace").decode()
        message = Wording("文件名不是 UTF-8 编码:请重命名", "the file's name is not UTF-8: rename it")
        return InboxItem(source, shown, path, "name_unreadable", message)
    if path.name.lower().endswith(UNFINISHED_SUFFIXES):
        message = Wording(
            "文件名表明文件尚未写完:改为正式文件名后入库",
            "the file's name says that it is still being written: it lands when it has its final name",
        )
        return InboxItem(source, file_name, path, "not_finished", message, is_notice=True)
    try:
        target = path.resolve(strict=True)
        mode = target.stat().st_mode
    except (OSError, RuntimeError) as error:
        return refuse(
            "unreachable",
            f"无法找到文件({error}):请检查链接和权限",
            f"the file cannot be reached ({error}): check the link and the permissions",
        )
    if path.is_symlink() and not target.is_relative_to(inbox.resolve()):
        return refuse(
            "link_outside_inbox",
            f"链接指向收件箱之外({target}):请复制文件本身",
            f"the link leads out of the inbox (to {target}): copy the file itself",
        )
    if stat.S_ISDIR(mode):
        if path.is_symlink():
            return refuse(
                "link_to_folder",
                "链接指向文件夹:请复制文件夹本身",
                "the link leads to a folder: copy the folder itself",
            )
        return refuse("unreadable", "文件夹无法打开:请检查权限", "the folder cannot be opened: check its permissions")
    if not stat.S_ISREG(mode):
        return refuse(
            "not_a_file",
            "这是设备、管道或套接字而不是文件:请移除",
            "this is a device, pipe or socket, not a file: remove it",
        )
    if not os.access(target, os.R_OK):
        return refuse("unreadable", "没有读取文件的权限:请检查权限", "the file may not be read: check its permissions")
    return InboxItem(source, file_name, path)


def _is_passed_over(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in NEVER_DATA
