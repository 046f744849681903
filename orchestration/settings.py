"""What a home says about itself: `zhengxin.toml` in its folder.

    series = "county_integrity"     the index series; default: that of the rows that were accepted
    years = "2017-2019"             what `zhengxin run` runs without years; default: all years that have data
    language = "zh"                 of messages and reports: zh or en
    seeds = "over"                  over: the folder's seeds/ is laid over the shipped seeds; own: it stands alone
    publish = "manual"              manual: a run ends with a candidate that someone releases; auto: it releases
    webhook = "https://host/path"   where early warnings are handed on to
    wait_seconds = 600              how long a writer waits for another one
    draws = 500                     draws behind each rank's interval; 0: no intervals, other methods and statistics

    [limits]                        ceilings at the door, by name; see docs/operations.md
    file_megabytes = 200

    [collect]                       of `zhengxin collect`; see orchestration/collect/orders.py
    contact = "mailto:office@example.gov.cn"

A home without the file has the defaults. `ZHENGXIN_SERIES`, `ZHENGXIN_WARNING_WEBHOOK`, `ZHENGXIN_WAIT_SECONDS` and
`ZHENGXIN_DRAWS` go before the file, and what a command is told goes before both. Nothing here writes a user's file.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.wording import Wording
from orchestration.years import parse_years

SERIES_VARIABLE = "ZHENGXIN_SERIES"
WEBHOOK_VARIABLE = "ZHENGXIN_WARNING_WEBHOOK"
WAIT_VARIABLE = "ZHENGXIN_WAIT_SECONDS"
DRAWS_VARIABLE = "ZHENGXIN_DRAWS"
# Fewer say nothing of the tails of an interval.
LEAST_DRAWS = 16
ZH, EN = "zh", "en"
SEEDS_OVER, SEEDS_OWN = "over", "own"
MANUAL, AUTO = "manual", "auto"


@dataclass(frozen=True)
class Settings:
    """The settings of one home, as said in the module's text; each has its default here.

    `years` is ascending and empty where none are named. `limits` holds whole numbers above zero by name; who enforces
    a limit knows its name and its default. So it is with `collect`.
    """

    series: str | None = None
    years: tuple[int, ...] = ()
    language: str = ZH
    seeds: str = SEEDS_OVER
    publish: str = MANUAL
    webhook: str | None = None
    wait_seconds: float = 600.0
    draws: int = 500
    limits: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    collect: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def publishes_by_itself(self) -> bool:
        """Whether a run may publish what it scored without anybody's decision."""
        return self.publish == AUTO


def settings_of(home: Home) -> Settings:
    """The settings of `home`. Raises `UsageError` naming file, key and what the key may hold."""
    return Settings(**_from_file(home.settings) | _from_environment())


def in_home_language(wording: Wording, home: Home) -> str:
    """The text in the home's language; in both where its settings cannot be read, which may be what went wrong."""
    try:
        return wording.in_language(settings_of(home).language)
    except (UsageError, OSError):
        return f"{wording.zh}\n{wording.en}"


def _from_file(path: Path) -> dict[str, Any]:
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            Wording(
                f"{path} 不是 TOML:{error}。请改正该行;zhengxin init 写出范例。",
                f"{path} is no TOML: {error}. Mend the line; zhengxin init writes an example.",
            )
        ) from error
    known = [each.name for each in fields(Settings)]
    for key in written:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            meant = Wording(f"(是否为 {near[0]}?)", f" (is {near[0]} meant?)") if near else Wording("", "")
            names = ", ".join(known)
            raise UsageError(
                Wording(
                    f"{path}:没有设置 '{key}'{meant.zh}。可用的设置:{names}。",
                    f"{path}: there is no setting '{key}'{meant.en}. The settings are {names}.",
                )
            )
    return {key: READINGS[key](value, f"{path}: {key}") for key, value in written.items()}


def _from_environment() -> dict[str, Any]:
    variables = {
        "series": SERIES_VARIABLE,
        "webhook": WEBHOOK_VARIABLE,
        "wait_seconds": WAIT_VARIABLE,
        "draws": DRAWS_VARIABLE,
    }
    named = {key: os.environ.get(variable, "").strip() for key, variable in variables.items()}
    return {key: READINGS[key](text, variables[key]) for key, text in named.items() if text}


def _text(value: Any, where: str) -> str | None:
    if not isinstance(value, str):
        raise UsageError(
            Wording(
                f'{where} 是 {value!r}:请写引号中的文字,例如 "hdi"。',
                f'{where} is {value!r}: write a text between quotation marks, such as "hdi".',
            )
        )
    return value.strip() or None


def _one_of(*words: str) -> Callable[[Any, str], str]:
    choices = " or ".join(f'"{word}"' for word in words)

    def read(value: Any, where: str) -> str:
        if value not in words:
            raise UsageError(
                Wording(
                    f"{where} 是 {value!r}:请写 {' 或 '.join(choices)}。", f"{where} is {value!r}: write {choices}."
                )
            )
        return value

    return read


def _years(value: Any, where: str) -> tuple[int, ...]:
    words = value if isinstance(value, list) else [value]
    try:
        return tuple(parse_years(str(word) for word in words))
    except UsageError as error:
        raise UsageError(Wording(f"{where}:{error.wording.zh}", f"{where}: {error.wording.en}")) from None


def _seconds(value: Any, where: str) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = float("nan")
    if not 0 <= seconds < float("inf"):
        raise UsageError(
            Wording(
                f"{where} 是 {value!r}:请写秒数,例如 600。",
                f"{where} is {value!r}: give a number of seconds, such as 600.",
            )
        )
    return seconds


def _draws(value: Any, where: str) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not text.isdecimal() or 0 < int(text) < LEAST_DRAWS:
        raise UsageError(
            Wording(
                f"{where} 是 {value!r}:写 0 表示不抽样,或不小于 {LEAST_DRAWS} 的整数,例如 500。",
                f"{where} is {value!r}: write 0 for none, or a whole number from {LEAST_DRAWS}, such as 500.",
            )
        )
    return int(text)


def _limits(value: Any, where: str) -> Mapping[str, int]:
    if not isinstance(value, dict):
        raise UsageError(
            Wording(
                f"{where} 是 {value!r}:请写成表 [limits],每个上限一行。",
                f"{where} is {value!r}: write a table, [limits], with a line for each limit.",
            )
        )
    for name, limit in value.items():
        if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
            raise UsageError(
                Wording(
                    f"{where}.{name} 是 {limit!r}:请写大于零的整数。",
                    f"{where}.{name} is {limit!r}: give a whole number above zero.",
                )
            )
    return MappingProxyType(dict(value))


def _collect(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(
            Wording(
                f"{where} 是 {value!r}:请写成表 [collect],每个设置一行。",
                f"{where} is {value!r}: write a table, [collect], with a line for each setting.",
            )
        )
    return MappingProxyType(dict(value))


READINGS: Mapping[str, Callable[[Any, str], Any]] = {
    "series": _text,
    "years": _years,
    "language": _one_of(ZH, EN),
    "seeds": _one_of(SEEDS_OVER, SEEDS_OWN),
    "publish": _one_of(MANUAL, AUTO),
    "webhook": _text,
    "wait_seconds": _seconds,
    "draws": _draws,
    "limits": _limits,
    "collect": _collect,
}
