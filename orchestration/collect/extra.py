"""Whether the extra `collect` is installed, and what asks for no more of it than to look at a selector."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Protocol

from orchestration.errors import UsageError
from orchestration.wording import Wording

MODULES = ("scrapy", "warcio", "parsel")


class Expression(Protocol):
    """A path into a page, as CSS or as XPath."""

    @property
    def text(self) -> str: ...

    @property
    def is_xpath(self) -> bool: ...


def require_extra() -> None:
    """Raise `UsageError` where what crawls is not installed."""
    missing = [name for name in MODULES if find_spec(name) is None]
    if missing:
        raise UsageError(
            Wording(
                f"没有安装 {', '.join(missing)},不能采集:请运行 pip install 'zhengxin[collect]';"
                "在检出的代码中运行 pip install -c constraints.txt -e '.[collect]'。",
                f"{', '.join(missing)} is not installed, so nothing can be collected: run pip install"
                " 'zhengxin[collect]', in a checkout pip install -c constraints.txt -e '.[collect]'.",
            )
        )


def selector_problem(selector: Expression) -> str:
    """What is wrong with a selector, in the words of the library; empty where nothing is."""
    from parsel import Selector

    if not selector.text:
        return "empty"
    page = Selector(text="<html/>")
    try:
        page.xpath(selector.text) if selector.is_xpath else page.css(selector.text)
    except (ValueError, SyntaxError, RuntimeError) as error:
        # parsel's of XPath are of the first kind, cssselect's of the others.
        return str(error).splitlines()[0]
    return ""
