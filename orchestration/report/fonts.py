"""Which Chinese font reports are set in: the one that a Python package brings, else one that the machine has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import typst

from orchestration.errors import UsageError
from orchestration.wording import Wording

FONT_PACKAGE = "manimgx_fonts_cjk"  # Noto Sans CJK as Noto publishes it, SIL Open Font License 1.1
FONT_DISTRIBUTION = "manimgx-fonts-cjk"
FAMILIES = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC", "Microsoft YaHei"),
    *("Hiragino Sans GB", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Noto Serif CJK SC", "SimSun"),
)
NO_FONT = Wording(
    "没有找到含中文字形的字体,报告会显示方框。请安装本项目指定的字体(pip install {package})或系统字体,例如 Debian 的 "
    "fonts-noto-cjk。可用的字体族:{families}。",
    "No font with Chinese glyphs was found, so a report would show boxes. Install the one that the project names (pip "
    "install {package}) or one of the system, for example Debian's fonts-noto-cjk. Known families: {families}.",
)


@dataclass(frozen=True)
class ChineseFont:
    """A font family with simplified Chinese glyphs, and all fonts that typst is to know of."""

    family: str
    fonts: typst.Fonts

    @property
    def file(self) -> tuple[str, int]:
        """The family's file, in its regular weight where there are several, and the font's number in that file."""
        _, _, path, index = min(
            (font.style != "normal", abs(font.weight - 400), font.path, font.index)
            for font in self.fonts.fonts()
            if font.family == self.family and font.path
        )
        return path, index


@cache
def chinese_font() -> ChineseFont:
    """The font that the package brings; without it, the first known family of the machine. `UsageError` when there is
    neither: better no report than one in boxes."""
    folder, found = package_folder(), None
    if folder is not None:
        found = font_among(typst.Fonts(include_system_fonts=False, font_paths=[str(folder)]))
    found = found or font_among(typst.Fonts(include_system_fonts=True))
    if found is None:
        raise UsageError(NO_FONT.filled(package=FONT_DISTRIBUTION, families=", ".join(FAMILIES)))
    return found


def package_folder() -> Path | None:
    """The folder of the package's font files, None when it is not installed."""
    spec = find_spec(FONT_PACKAGE)
    return Path(spec.origin).parent if spec and spec.origin else None


def font_among(fonts: typst.Fonts) -> ChineseFont | None:
    """The first known family among the fonts."""
    present = set(fonts.families())
    return next((ChineseFont(family, fonts) for family in FAMILIES if family in present), None)
