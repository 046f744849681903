"""What is to be collected, as rows of three files in the home's folder `collect/`; all faults are told at once.

    portal.csv     one row per column, board or home page: of which unit, where, of which shape, read by which layout
    selector.csv   one row per part of a layout: where on a page the rows, the links and each column of a record stand
    host.csv       one row per host that is to be treated otherwise than by default, or is only redirected to

A layout serves all portals that are built alike. Columns of records are those of the evidence's contracts, which have
none for personal data: what no contract knows cannot be collected.
"""

from __future__ import annotations

import csv
import io
import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from orchestration.collect import extra
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.landing.contracts.definition import Column
from orchestration.landing.evidence.kinds import EvidenceKind, read_kinds
from orchestration.landing.reference import read_reference
from orchestration.seeds import seeds_folder
from orchestration.wording import Wording

FOLDER = "collect"
PORTALS, SELECTORS, HOSTS = "portal.csv", "selector.csv", "host.csv"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    PORTALS: (
        "portal_code",
        "unit_code",
        "shape",
        "url",
        "layout_code",
        "site_column",
        "item_type",
        "stage",
        "board",
        "due_days",
        "is_on",
    ),
    SELECTORS: ("layout_code", "part", "place", "selector", "pattern"),
    HOSTS: ("host", "delay_seconds", "hours", "timeout_seconds", "is_private"),
}
NEEDED = {
    PORTALS: ("portal_code", "unit_code", "shape", "url"),
    SELECTORS: ("layout_code", "part", "selector"),
    HOSTS: ("host",),
}
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-(([01]?\d|2[0-3]):([0-5]\d)|24:00)")
# Where a list and its details are, beside the columns of records.
ROW, LINK, NEXT, PAGE_ADDRESS = "row", "link", "next", "page_address"
FRAME_PARTS = (ROW, LINK, NEXT, PAGE_ADDRESS)
PAGE_PLACE = "{page}"
LIST, DETAIL = "list", "detail"
# Filled by the crawl itself.
OWN_COLUMNS = ("unit_code", "url", "channel", "provenance", "evidence_url", "evidence_hash")


class Shape(StrEnum):
    """What a portal's page is, and so which kind of evidence comes of it."""

    items = "items"
    messages = "messages"
    probe = "probe"

    @property
    def kind(self) -> str:
        return {Shape.items: "disclosure_item", Shape.messages: "citizen_message", Shape.probe: "site_probe"}[self]

    @property
    def fixed_columns(self) -> tuple[str, ...]:
        """Columns of the kind that a row of portal.csv may say once for all of its records."""
        return {Shape.items: ("site_column", "item_type", "stage"), Shape.messages: ("board",), Shape.probe: ()}[self]


@dataclass(frozen=True)
class Host:
    """How a host is treated. `hours` are the times of day, China Standard Time, between which it is asked for lists and
    details; a probe asks for one page, and does so at any time."""

    name: str
    delay_seconds: float = 1.0
    hours: tuple[time, time] = (time(19, 0), time(7, 30))
    timeout_seconds: float = 30.0
    is_private: bool = False

    @property
    def hours_text(self) -> str:
        first, last = self.hours
        return f"{first:%H:%M}-{'24:00' if last == time.max else f'{last:%H:%M}'}"

    def is_open(self, now: time) -> bool:
        first, last = self.hours
        return first <= now < last if first < last else now >= first or now < last


@dataclass(frozen=True)
class Selector:
    """Where something stands: a selector in CSS or, where it begins with `/`, `./` or `(`, in XPath; of the text found
    there `pattern` takes its first group, or what it matches."""

    text: str
    pattern: str = ""

    @property
    def is_xpath(self) -> bool:
        return self.text.startswith(("/", "./", "("))


@dataclass(frozen=True)
class Layout:
    """How lists and details of a portal are built. `page_address` is the address of a further page, with `{page}` for
    its number from 1, where the pages do not name it themselves."""

    code: str
    row: Selector | None = None
    link: Selector = field(default=Selector("a::attr(href)"))
    next: Selector | None = None
    page_address: str = ""
    of_list: Mapping[str, Selector] = field(default_factory=dict)
    of_detail: Mapping[str, Selector] = field(default_factory=dict)


@dataclass(frozen=True)
class Portal:
    """One column, board or home page of a unit; `fixed` are the cells that all of its records have in common."""

    code: str
    unit_code: str
    shape: Shape
    address: str
    layout: Layout
    columns: tuple[Column, ...]
    date_column: str
    fixed: Mapping[str, str] = field(default_factory=dict)
    due_days: int | None = None

    @property
    def kind(self) -> str:
        return self.shape.kind

    @property
    def host(self) -> str:
        return host_of(self.address)


@dataclass(frozen=True)
class Configuration:
    """The portals that are on, by code, and the hosts that may be asked, by name."""

    portals: Mapping[str, Portal]
    hosts: Mapping[str, Host]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row: in which file, which row as a spreadsheet counts it, which rule, and what to do."""

    path: Path
    row: int
    rule: str
    says: Wording

    @property
    def wording(self) -> Wording:
        return Wording(
            f"{self.path} 第 {self.row} 行,{self.rule}:{self.says.zh}",
            f"{self.path}, row {self.row}, {self.rule}: {self.says.en}",
        )


class ConfigurationRefused(UsageError):
    """The rows of the configuration are not sound; the message names each fault."""

    def __init__(self, faults: list[Fault]) -> None:
        lines = [fault.wording for fault in faults]
        super().__init__(Wording("\n".join(line.zh for line in lines), "\n".join(line.en for line in lines)))


def configuration_folder(home: Home) -> Path:
    return home.root / FOLDER


def read_portals(home: Home) -> Configuration:
    """The configuration of `home`. Raises `ConfigurationRefused` with all of its faults, `UsageError` where there is
    none."""
    folder = configuration_folder(home)
    if not (folder / PORTALS).is_file():
        raise UsageError(
            Wording(
                f"没有 {folder / PORTALS}:请在其中描述门户网站,每个栏目、留言板或首页一行;做法见 docs/collect.md。",
                f"There is no {folder / PORTALS}: describe the portals there, a row per column, board or home page;"
                " docs/collect.md says how.",
            )
        )
    seeds = seeds_folder(home)
    reference = read_reference(seeds)
    return _Reader(folder, read_kinds(seeds, reference)).read()


def host_of(address: str) -> str:
    """The host of an address, in lower case; empty where it has none."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def is_public(address: str) -> bool:
    """Whether an IP address is one that everybody may reach: not of this machine, of a local network, or reserved."""
    found = ipaddress.ip_address(address)
    return found.is_global and not found.is_multicast


def is_private_literal(host: str) -> bool:
    """Whether a host is itself an address, or a name, that is not public."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not is_public(host)
    except ValueError:
        return False


Row = dict[str, str]


class _Reader:
    """Reads the three files and gathers their faults."""

    def __init__(self, folder: Path, kinds: Mapping[str, EvidenceKind]) -> None:
        self._folder, self._kinds = folder, kinds
        self._faults: list[Fault] = []
        self._off: set[str] = set()

    def read(self) -> Configuration:
        hosts = {row["host"].lower(): self._host(number, row) for number, row in self._rows(HOSTS)}
        layouts = self._layouts()
        shapes: dict[str, set[Shape]] = {}
        portals: dict[str, Portal] = {}
        starts: dict[tuple[str, str, str], int] = {}
        for number, row in self._rows(PORTALS):
            portal = self._portal(number, row, layouts, hosts)
            if portal is None:
                continue
            if portal.code in portals:
                self._fault(PORTALS, number, "portal_code_repeated", *_repeated("portal_code", portal.code))
            start = (portal.unit_code, portal.shape, portal.address)
            if start in starts:
                self._fault(
                    PORTALS,
                    number,
                    "url_repeated",
                    f"第 {starts[start]} 行已有该单位的同一网址:请删去其一",
                    f"row {starts[start]} has this address of the unit already: remove one of them",
                )
            starts.setdefault(start, number)
            shapes.setdefault(portal.layout.code, set()).add(portal.shape)
            portals.setdefault(portal.code, portal)
        self._check_layouts(layouts, shapes)
        if self._faults:
            raise ConfigurationRefused(sorted(self._faults, key=lambda fault: (fault.path.name, fault.row)))
        on = {code: portal for code, portal in portals.items() if code not in self._off}
        named = {portal.host for portal in on.values()}
        return Configuration(on, {name: Host(name) for name in sorted(named)} | hosts)

    def _fault(self, name: str, row: int, rule: str, zh: str, en: str) -> None:
        fault = Fault(self._folder / name, row, rule, Wording(zh, en))
        if fault not in self._faults:
            self._faults.append(fault)

    def _rows(self, name: str) -> Iterator[tuple[int, Row]]:
        """Each row with its number (the header is row 1); cells without blanks around them, empty lines passed over."""
        path = self._folder / name
        if not path.is_file():
            return
        lines = csv.reader(io.StringIO(_text(path), newline=""))
        header = [cell.strip() for cell in next(lines, [])]
        known = ", ".join(COLUMNS[name])
        for column in header:
            if column not in COLUMNS[name]:
                self._fault(
                    name,
                    1,
                    "column_unknown",
                    f"没有列 '{column}':可用的列有 {known}",
                    f"there is no column '{column}': the columns are {known}",
                )
        for column in NEEDED[name]:
            if column not in header:
                self._fault(
                    name,
                    1,
                    "column_missing",
                    f"缺列 {column}:可用的列有 {known}",
                    f"the column {column} is missing: the columns are {known}",
                )
        if any(column not in header for column in NEEDED[name]):
            return
        for number, cells in enumerate(lines, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header):
                self._fault(
                    name,
                    number,
                    "cells_too_many",
                    f"该行有 {len(cells)} 个单元格,表头有 {len(header)} 个:含逗号的文字请加引号",
                    f"the row has {len(cells)} cells, the header {len(header)}: put text with commas between"
                    " quotation marks",
                )
                continue
            filled = [cell.strip() for cell in cells] + [""] * (len(header) - len(cells))
            yield number, dict.fromkeys(COLUMNS[name], "") | dict(zip(header, filled, strict=True))

    # Hosts

    def _host(self, number: int, row: Row) -> Host:
        name = row["host"].lower()
        if not name or "/" in name or ":" in name:
            self._fault(
                HOSTS,
                number,
                "host_malformed",
                f"host '{row['host']}' 不是主机名:请只写主机名,不写 http:// 和端口,如 www.example.gov.cn",
                f"host '{row['host']}' is no name of a host: write it alone, without http:// and port, such as"
                " www.example.gov.cn",
            )
        default = Host(name)
        return Host(
            name,
            self._number(HOSTS, number, row, "delay_seconds", 0, 3600, default.delay_seconds),
            self._hours(number, row["hours"]) or default.hours,
            self._number(HOSTS, number, row, "timeout_seconds", 1, 600, default.timeout_seconds),
            self._flag(HOSTS, number, row, "is_private", "0") == "1",
        )

    def _hours(self, number: int, text: str) -> tuple[time, time] | None:
        if not text:
            return None
        found = HOURS.fullmatch(text)
        if not found:
            self._fault(
                HOSTS,
                number,
                "hours_malformed",
                f"hours '{text}' 无法识别:请写北京时间的起止,如 19:00-07:30;全天为 00:00-24:00",
                f"hours '{text}' cannot be read: write from and to in China Standard Time, such as 19:00-07:30;"
                " 00:00-24:00 is all day",
            )
            return None
        first = time(int(found[1]), int(found[2]))
        return first, time.max if found[3] == "24:00" else time(int(found[4]), int(found[5]))

    # Layouts

    def _layouts(self) -> dict[str, list[tuple[int, Row]]]:
        layouts: dict[str, list[tuple[int, Row]]] = {}
        for number, row in self._rows(SELECTORS):
            own = layouts.setdefault(row["layout_code"], [])
            if any((row["part"], row["place"]) == (other["part"], other["place"]) for _, other in own):
                self._fault(SELECTORS, number, "part_repeated", *_repeated("part", row["part"]))
            own.append((number, row))
        return layouts

    def _layout(self, code: str, rows: list[tuple[int, Row]]) -> Layout:
        frame = {row["part"]: row for _, row in rows if row["part"] in FRAME_PARTS}
        cells: dict[str, dict[str, Selector]] = {LIST: {}, DETAIL: {}}
        for _, row in rows:
            if row["part"] not in FRAME_PARTS:
                cells.get(row["place"], {})[row["part"]] = _selector(row)
        return Layout(
            code,
            row=_selector(frame[ROW]) if ROW in frame else None,
            link=_selector(frame[LINK]) if LINK in frame else Layout(code).link,
            next=_selector(frame[NEXT]) if NEXT in frame else None,
            page_address=frame[PAGE_ADDRESS]["selector"] if PAGE_ADDRESS in frame else "",
            of_list=cells[LIST],
            of_detail=cells[DETAIL],
        )

    def _check_layouts(self, layouts: dict[str, list[tuple[int, Row]]], shapes: Mapping[str, set[Shape]]) -> None:
        for code, rows in layouts.items():
            kinds = [self._kinds[shape.kind] for shape in sorted(shapes.get(code, ()))]
            for number, row in rows:
                self._check_part(
                    number, row, kinds or [self._kinds[Shape.items.kind], self._kinds[Shape.messages.kind]]
                )
                self._check_selector(number, row)
            parts = {row["part"] for _, row in rows}
            first = rows[0][0]
            if ROW not in parts:
                self._fault(
                    SELECTORS,
                    first,
                    "row_missing",
                    f"版式 {code} 没有 part 为 row 的行:请写出列表中每条信息的选择器,如 ul.list > li",
                    f"layout {code} has no row whose part is row: write the selector of each entry of the list, such as"
                    " ul.list > li",
                )
            for kind in kinds:
                if kind.date_column not in parts:
                    self._fault(
                        SELECTORS,
                        first,
                        "date_missing",
                        f"版式 {code} 没有 part 为 {kind.date_column} 的行:没有日期的记录不能计入任何年度",
                        f"layout {code} has no row whose part is {kind.date_column}: a record without a day counts in"
                        " no year",
                    )

    def _check_part(self, number: int, row: Row, kinds: list[EvidenceKind]) -> None:
        part = row["part"]
        columns = {name for kind in kinds for name in kind.contract.column_names} - {*OWN_COLUMNS}
        if part in FRAME_PARTS:
            return
        personal = {name: says for kind in kinds for name, says in kind.personal_columns([part]).items()}
        if part not in columns and personal:
            says = personal[part]
            self._fault(
                SELECTORS,
                number,
                "personal_data",
                f"part '{part}'({says.zh})是个人信息:不采集,请删去该行",
                f"part '{part}' ({says.en}) is personal data: it is not collected, remove the row",
            )
        elif part not in columns:
            choices = ", ".join((*FRAME_PARTS, *sorted(columns)))
            self._fault(
                SELECTORS,
                number,
                "part_unknown",
                f"没有 part '{part}':可用的有 {choices}",
                f"there is no part '{part}': there are {choices}",
            )
        if row["place"] not in (LIST, DETAIL):
            self._fault(
                SELECTORS,
                number,
                "place_unknown",
                f"place '{row['place']}' 无法识别:在列表页的每条中写 list,在详情页中写 detail",
                f"place '{row['place']}' is not known: write list for an entry of the list page, detail for the page"
                " behind it",
            )

    def _check_selector(self, number: int, row: Row) -> None:
        if row["part"] == PAGE_ADDRESS:
            if PAGE_PLACE not in row["selector"]:
                self._fault(
                    SELECTORS,
                    number,
                    "page_address_malformed",
                    f"'{row['selector']}' 中没有 {PAGE_PLACE}:请写第二页起的网址,如 index_{PAGE_PLACE}.html",
                    f"'{row['selector']}' has no {PAGE_PLACE}: write the address of further pages, such as"
                    f" index_{PAGE_PLACE}.html",
                )
            return
        if problem := extra.selector_problem(_selector(row)):
            self._fault(
                SELECTORS,
                number,
                "selector_malformed",
                f"选择器 '{row['selector']}' 无法识别({problem}):请写 CSS(如 span.date)或 XPath(如 ./span)",
                f"the selector '{row['selector']}' cannot be read ({problem}): write CSS such as span.date, or XPath"
                " such as ./span",
            )
        try:
            re.compile(row["pattern"])
        except re.error as error:
            self._fault(
                SELECTORS,
                number,
                "pattern_malformed",
                f"pattern '{row['pattern']}' 不是正则表达式({error}):请改正",
                f"pattern '{row['pattern']}' is no regular expression ({error}): correct it",
            )

    # Portals

    def _portal(
        self, number: int, row: Row, layouts: dict[str, list[tuple[int, Row]]], hosts: Mapping[str, Host]
    ) -> Portal | None:
        if not CODE.fullmatch(row["portal_code"]):
            self._fault(
                PORTALS,
                number,
                "portal_code_malformed",
                f"portal_code '{row['portal_code']}' 不能使用:请用小写字母、数字、- 和 _,最多 50 个字符",
                f"portal_code '{row['portal_code']}' cannot be used: write small letters, digits, - and _, at most 50",
            )
        if row["shape"] not in list(Shape):
            self._fault(
                PORTALS,
                number,
                "shape_unknown",
                f"shape '{row['shape']}' 无法识别:栏目写 items,留言板写 messages,首页探测写 probe",
                f"shape '{row['shape']}' is not known: write items for a column, messages for a board, probe for a"
                " home page",
            )
            return None
        shape = Shape(row["shape"])
        kind = self._kinds[shape.kind]
        if row["unit_code"] not in kind.division_years:
            self._fault(
                PORTALS,
                number,
                "unit_code_unknown",
                f"没有代码为 '{row['unit_code']}' 的行政区划或单位:请核对代码",
                f"there is no division or unit with the code '{row['unit_code']}': check it",
            )
        if self._flag(PORTALS, number, row, "is_on", "1") == "0":
            self._off.add(row["portal_code"])
        self._check_address(number, row["url"], hosts)
        due = self._number(PORTALS, number, row, "due_days", 1, 366, 0) if shape is Shape.messages else 0
        return Portal(
            row["portal_code"],
            row["unit_code"],
            shape,
            row["url"],
            self._layout_of(number, row, shape, layouts),
            kind.contract.columns,
            kind.date_column,
            self._fixed(number, row, shape),
            int(due) or None,
        )

    def _layout_of(self, number: int, row: Row, shape: Shape, layouts: dict[str, list[tuple[int, Row]]]) -> Layout:
        code = row["layout_code"]
        if shape is Shape.probe:
            if code:
                self._fault(
                    PORTALS,
                    number,
                    "layout_code_superfluous",
                    "探测不读页面内容:layout_code 请留空",
                    "a probe reads nothing on the page: leave layout_code blank",
                )
            return Layout("")
        if code not in layouts:
            there = ", ".join(sorted(layouts)) or "-"
            self._fault(
                PORTALS,
                number,
                "layout_code_unknown",
                f"{SELECTORS} 中没有版式 '{code}'(有 {there}):请写出它的选择器",
                f"{SELECTORS} has no layout '{code}' (it has {there}): write its selectors",
            )
            return Layout(code)
        return self._layout(code, layouts[code])

    def _fixed(self, number: int, row: Row, shape: Shape) -> dict[str, str]:
        contract = self._kinds[shape.kind].contract
        fixed = {}
        for name in sorted({name for other in Shape for name in other.fixed_columns} | {"due_days"}):
            value = row[name]
            if not value or (name == "due_days" and shape is Shape.messages):
                continue
            if name not in shape.fixed_columns:
                self._fault(
                    PORTALS,
                    number,
                    f"{name}_superfluous",
                    f"{shape} 的记录没有 {name}:请留空",
                    f"records of {shape} have no {name}: leave it blank",
                )
            elif contract.column(name).choices and value not in contract.column(name).choices:
                says = contract.column(name).format
                self._fault(
                    PORTALS,
                    number,
                    f"{name}_unknown",
                    f"{name} '{value}' 不在可选范围内:请填写以下之一:{says.zh}",
                    f"{name} '{value}' is not known: write {says.en}",
                )
            else:
                fixed[name] = value
        return fixed

    def _check_address(self, number: int, address: str, hosts: Mapping[str, Host]) -> None:
        host = host_of(address)
        parts = urlsplit(address) if host else None
        if parts is None or parts.scheme not in ("http", "https") or parts.username or any(map(str.isspace, address)):
            self._fault(
                PORTALS,
                number,
                "url_malformed",
                f"url '{address}' 不能使用:请写完整网址,如 http://www.example.gov.cn/zwgk/",
                f"url '{address}' cannot be used: write the whole address, such as http://www.example.gov.cn/zwgk/",
            )
        elif is_private_literal(host) and not (host in hosts and hosts[host].is_private):
            self._fault(
                PORTALS,
                number,
                "url_private",
                f"{host} 是本机或内网地址:确需采集时,请在 {HOSTS} 中为该主机写 is_private = 1",
                f"{host} is an address of this machine or a local network: where it is really meant, give the host a"
                f" row in {HOSTS} with is_private = 1",
            )

    # Cells

    def _number(self, name: str, number: int, row: Row, column: str, low: float, high: float, default: float) -> float:
        if not row[column]:
            return default
        try:
            value = Decimal(row[column])
        except InvalidOperation:
            value = Decimal("NaN")
        if value.is_nan() or not low <= value <= high:
            self._fault(
                name,
                number,
                f"{column}_malformed",
                f"{column} '{row[column]}' 不能使用:请写 {low} 至 {high} 之间的数",
                f"{column} '{row[column]}' cannot be used: write a number from {low} to {high}",
            )
            return default
        return float(value)

    def _flag(self, name: str, number: int, row: Row, column: str, default: str) -> str:
        value = row[column] or default
        if value not in ("0", "1"):
            self._fault(
                name,
                number,
                f"{column}_malformed",
                f"{column} '{value}' 不能使用:是写 1,否写 0",
                f"{column} '{value}' cannot be used: write 1 for yes, 0 for no",
            )
        return value


def _selector(row: Row) -> Selector:
    return Selector(row["selector"], row["pattern"])


def _repeated(column: str, value: str) -> tuple[str, str]:
    return (
        f"{column} '{value}' 已用于另一行:请改正其一",
        f"{column} '{value}' stands in another row: correct one of them",
    )


def _text(path: Path) -> str:
    """Spreadsheet programs save as UTF-8 or, in China, as GB18030."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")
