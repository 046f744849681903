"""What the process that crawls is told, and the settings of a home that concern it.

[collect]                       in zhengxin.toml
contact = "mailto:office@example.gov.cn"    who answers for the requests; stands in the user agent
pages = 2000                    at most, of a portal and call
megabytes = 2000                at most, of a call
minutes = 600                   at most, of a call
page_megabytes = 10             a page beyond this is not read
dagster = true                  an asset per year in Dagster; default: none
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.settings import settings_of
from orchestration.wording import Wording

# The process ends with this where another one is collecting.
BUSY = 75
CONTACT = re.compile(r"(mailto:\S+@\S+|https?://\S+)")


@dataclass(frozen=True)
class CollectSettings:
    """The table `[collect]` of a home's settings."""

    contact: str = ""
    pages: int = 2000
    megabytes: int = 2000
    minutes: int = 600
    page_megabytes: int = 10
    dagster: bool = False


@dataclass(frozen=True)
class Orders:
    """What to crawl, with which bounds, and where to keep it."""

    home: str
    store: str
    contact: str
    portals: list[str]
    scope: Mapping[str, Any]
    pages: int
    megabytes: int
    minutes: int
    page_megabytes: int
    any_hour: bool = False

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Orders:
        return cls(**json.loads(text))


def collect_settings(home: Home) -> CollectSettings:
    """Raises `UsageError` for a setting that there is none of, and for a value of another kind."""
    written = settings_of(home).collect
    known = {each.name: each.default for each in fields(CollectSettings)}
    for name, value in written.items():
        where = f"{home.settings}: [collect] {name}"
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = Wording(f"(是否为 {near[0]}?)", f" (is {near[0]} meant?)") if near else Wording("", "")
            names = ", ".join(known)
            raise UsageError(
                Wording(
                    f"{where}:没有这一设置{meant.zh}。可用的设置:{names}。",
                    f"{where}: there is no such setting{meant.en}. The settings are {names}.",
                )
            )
        _check(where, name, value, known[name])
    return CollectSettings(**written)


def _check(where: str, name: str, value: Any, default: Any) -> None:
    if name == "contact":
        if not isinstance(value, str) or not CONTACT.fullmatch(value) or not value.isascii():
            raise UsageError(
                Wording(
                    f'{where} 是 {value!r}:请写 "mailto:信箱" 或网页地址,门户网站的管理者凭此联系您。',
                    f'{where} is {value!r}: write "mailto:" and an address, or a page; by it those who run a portal'
                    " reach you.",
                )
            )
    elif type(value) is not type(default) or (type(value) is int and value < 1):
        says = Wording("true 或 false", "true or false") if isinstance(default, bool) else None
        says = says or Wording("大于零的整数", "a whole number above zero")
        raise UsageError(Wording(f"{where} 是 {value!r}:请写{says.zh}。", f"{where} is {value!r}: write {says.en}."))


def contact_of(settings: CollectSettings, home: Home) -> str:
    """Who answers for the requests. Raises `UsageError` where nobody is named: portals are not asked anonymously."""
    if not settings.contact:
        raise UsageError(
            Wording(
                f'采集须写明联系人:请在 {home.settings} 的 [collect] 中写 contact = "mailto:信箱",'
                "门户网站的管理者凭此联系您。",
                f'Collecting needs somebody who answers for it: write contact = "mailto:..." below [collect] in'
                f" {home.settings}; by it those who run a portal reach you.",
            )
        )
    return settings.contact
