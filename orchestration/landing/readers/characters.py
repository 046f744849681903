"""What text may hold, in every format: invisible characters are taken off, control characters refuse the row.

One normalisation for all readers. Nothing that a person sees is changed: compatibility forms, private-use characters
and the scripts of the country stay as they are.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.wording import Wording

# Soft hyphen, zero-width space and no-break space, direction marks, word joiner, byte-order mark.
INVISIBLE = "\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
# Joiners shape letters of some scripts and join emoji; beside ASCII, Chinese or nothing they are rubbish.
JOINERS = "\u200c\u200d"
PLAIN_NEIGHBOUR = "\x00-\x7f\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
# All controls but tab and the line ends; U+0085 is one of those.
CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))

_REMOVED = re.compile(f"[{INVISIBLE}]")
_STRAY_JOINER = re.compile(f"(?:^|(?<=[{PLAIN_NEIGHBOUR}]))[{JOINERS}]+|[{JOINERS}]+(?=[{PLAIN_NEIGHBOUR}]|$)")
_LINE_END = re.compile("\r\n?|\u0085|\u2028|\u2029")
_FORBIDDEN = re.compile(f"[{CONTROLS}\ud800-\udfff{NONCHARACTERS}]")


def _for_arrow(characters: str) -> str:
    """A class of characters as Arrow's regular expressions write it."""
    return "".join("-" if each == "-" else f"\\x{{{ord(each):X}}}" for each in characters)


# Text without any of these is normal as it stands.
_ODD = f"[{_for_arrow(CONTROLS + NONCHARACTERS + INVISIBLE + JOINERS)}\\r\\x{{85}}\\x{{2028}}\\x{{2029}}]"


def are_plain(cells: pa.Array | pa.ChunkedArray, smallest: str) -> bool:
    """Whether the cells hold ASCII alone, no character before `smallest` and no delete: told from their bytes, in a
    fraction of the time that a look at each cell takes."""
    chunks = cells.chunks if isinstance(cells, pa.ChunkedArray) else [cells]
    buffers = [np.frombuffer(chunk.buffers()[2] or b"", np.uint8) for chunk in chunks]
    return all(not len(each) or (each.min() >= ord(smallest) and each.max() < 0x7F) for each in buffers)


def lengths(cells: pa.Array) -> np.ndarray:
    """How many bytes each text has, told from where they begin; a blank one none."""
    if not len(cells):
        return np.zeros(0, np.int32)
    starts = np.frombuffer(cells.buffers()[1], np.int32)
    return np.diff(starts[cells.offset : cells.offset + len(cells) + 1])


def has_odd_cells(cells: pa.ChunkedArray) -> bool:
    """Whether some cell holds a character that `normalised` or `refusal` may have to do with."""
    return not are_plain(cells, " ") and bool(pc.any(odd_cells(cells.unique())).as_py())


def odd_cells(cells: pa.Array) -> pa.Array:
    """Which cells hold a character that `normalised` or `refusal` may have to do with (null where blank)."""
    return pc.match_substring_regex(cells, _ODD)


def normalised(text: str) -> str:
    """The text without invisible characters and blanks around it, its line ends as line feeds."""
    return _LINE_END.sub("\n", _STRAY_JOINER.sub("", _REMOVED.sub("", text))).strip()


def refusal(column: str, text: str) -> tuple[str, Wording] | None:
    """(rule, wording) where a cell holds a character that is no text; None where all are."""
    found = _FORBIDDEN.search(text)
    if not found:
        return None
    code = ord(found[0])
    shown = f"U+{code:04X}"
    if code == 0:
        return "nul_byte", Wording(
            f"{column} 含 NUL 字符({shown}):请重新导出文件",
            f"{column} contains NUL characters ({shown}): export the file anew",
        )
    if 0xD800 <= code <= 0xDFFF:
        return "half_character", Wording(
            f"{column} 含半个字符({shown},截断的表情或生僻字):请补全或删除",
            f"{column} contains half a character ({shown}, a cut-off emoji or rare character): complete or delete it",
        )
    return "control_character", Wording(
        f"{column} 含控制字符({shown}):请删除", f"{column} contains the control character {shown}: delete it"
    )


def may_be_refused(line: str) -> bool:
    """Whether `refusal` may have to do with a text in a line of JSON: told from the line, unless it has escapes. No
    forbidden character is printable, and that all are is told in a fraction of the time of a search."""
    return "\\" in line or (not line.isprintable() and _FORBIDDEN.search(line) is not None)


def visible(text: str) -> str:
    """The text with characters that are none written out, such as \\u0007, so that every program can show it."""
    return _FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
