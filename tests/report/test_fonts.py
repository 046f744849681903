"""Chinese fonts: the package's, else the machine's, else a clear message; never boxes."""

from __future__ import annotations

import pytest

from orchestration.errors import UsageError
from orchestration.report import fonts


@pytest.fixture(autouse=True)
def anew():
    fonts.chinese_font.cache_clear()
    yield
    fonts.chinese_font.cache_clear()


class NoFonts:
    """What typst finds on a machine without any font but Latin ones."""

    def __init__(self, **_: object) -> None:
        pass

    def families(self) -> list[str]:
        return ["DejaVu Sans Mono", "Libertinus Serif"]


class SystemFonts(NoFonts):
    def __init__(self, include_system_fonts: bool = True, **_: object) -> None:
        self.system = include_system_fonts

    def families(self) -> list[str]:
        return [*super().families(), *(["WenQuanYi Zen Hei"] if self.system else [])]


def test_the_package_brings_the_font():
    font = fonts.chinese_font()
    assert font.family == "Noto Sans CJK SC"
    assert any(info.path and fonts.FONT_PACKAGE in info.path for info in font.fonts.fonts())


def test_without_the_package_a_font_of_the_machine_is_taken(monkeypatch):
    monkeypatch.setattr(fonts, "package_folder", lambda: None)
    monkeypatch.setattr(fonts.typst, "Fonts", SystemFonts)
    assert fonts.chinese_font().family == "WenQuanYi Zen Hei"


def test_no_chinese_font_is_said_clearly(monkeypatch):
    monkeypatch.setattr(fonts, "package_folder", lambda: None)
    monkeypatch.setattr(fonts.typst, "Fonts", NoFonts)
    with pytest.raises(UsageError, match=r"No font with Chinese glyphs.*pip install manimgx-fonts-cjk"):
        fonts.chinese_font()


def test_a_package_that_is_not_installed_has_no_folder(monkeypatch):
    monkeypatch.setattr(fonts, "FONT_PACKAGE", "no_such_font_package")
    assert fonts.package_folder() is None
