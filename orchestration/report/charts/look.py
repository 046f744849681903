"""The look that all charts and maps share: sizes in pixels (of 1/96 inch), colours that stay apart in grey."""

from __future__ import annotations

from dataclasses import dataclass

FONT_FAMILY = (
    "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, Source Han Sans CN, PingFang SC, Microsoft YaHei, "
    "WenQuanYi Zen Hei, sans-serif"
)
FULL_WIDTH = 604.0  # the text width of an A4 page with margins of 25 mm
TEXT_SIZE = 11.5
SMALL_TEXT_SIZE = 10.0

INK = "#1d2733"
MUTED = "#5b6673"
RULE = "#9aa4af"
GRID = "#e1e5ea"
ACCENT = "#1f4e79"

BAND_STOPS = ((8, 61, 110), (33, 108, 168), (94, 158, 205), (158, 198, 225), (222, 235, 245))


@dataclass(frozen=True)
class RoleLook:
    """How a series with a role is drawn. In grey roles differ by lightness, by shape and by dash."""

    colour: str
    fill: str
    bar_stroke: str
    shape: str
    dash: tuple[int, ...]
    line_width: float


ROLES = {
    "subject": RoleLook(ACCENT, ACCENT, ACCENT, "circle", (), 2.2),
    "reference": RoleLook("#6b7682", "#b4bdc7", "#b4bdc7", "diamond", (5, 3), 1.6),
    "best": RoleLook("#9a6a12", "#ffffff", "#9a6a12", "triangle-up", (2, 2), 1.6),
    "previous": RoleLook("#5f8db8", "#9dbfdd", "#9dbfdd", "square", (8, 3), 1.6),
    "other": RoleLook("#3f4a56", "#d9dee3", "#8a949f", "cross", (1, 2), 1.4),
}


def role_look(role: str) -> RoleLook:
    return ROLES.get(role, ROLES["other"])


def band_colours(count: int) -> list[str]:
    """`count` colours from dark (best) to light (worst), evenly apart in lightness."""
    if count == 1:
        return [hex_colour(BAND_STOPS[1])]
    return [hex_colour(between_stops(index / (count - 1))) for index in range(count)]


def between_stops(share: float) -> tuple[float, ...]:
    position = share * (len(BAND_STOPS) - 1)
    lower = min(int(position), len(BAND_STOPS) - 2)
    rest = position - lower
    return tuple(a + (b - a) * rest for a, b in zip(BAND_STOPS[lower], BAND_STOPS[lower + 1], strict=True))


def hex_colour(channels: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(channel):02x}" for channel in channels)
