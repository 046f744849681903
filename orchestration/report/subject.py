"""What a report is about, of whatever index: its release, its wording, its tables, and the report as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from orchestration.errors import UsageError
from orchestration.report.document import Report, Row, Run, Section, Table, Text
from orchestration.report.parts import Col, Shown, as_cell, col, labels, tables
from orchestration.report.release import Answer, Release
from orchestration.report.texts import Texts
from orchestration.wording import Wording, joined

SEVERAL_EDITIONS = Wording(
    "报告据一个年度的发布版本编写;此文件含 {count} 个年度:{years}。请指明发布版本:--release 2019-r1。",
    "A report is written from the release of one edition; this file holds {count}: {years}. Name a release: "
    "--release 2019-r1.",
)
NO_METHODOLOGY = Wording(
    "此发布版本没有方法“{methodology}”,有 {known}。", "The release has no methodology '{methodology}'; it has {known}."
)
DEEPEST = 2  # so far rows of a tree are indented


class Subject:
    """What every section is handed. `flags` are the conditions under which tables have some of their columns."""

    def __init__(
        self, release: Release, language: str, methodology_code: str | None, **kinds: Callable[[Any], Run]
    ) -> None:
        self.release, self.language, self.t = release, language, Texts(language, **kinds)
        self.say, self.word, self.named = self.t, self.t.word, self.t.named
        self.infos = release.ask("release")
        self.info = primary_or_named(self.infos, methodology_code)
        release.digits = 2 if self.info.publication_digits is None else self.info.publication_digits
        self.regions = release.ask("region")
        self.root = next(region for region in self.regions if region.parent_region_code is None)
        self.methodology, self.year = self.info.methodology_code, self.info.assessment_year
        self.whole = self.named(self.root, default=self.root.region_code)
        self.t.everywhere |= {"year": str(self.year), "whole": self.whole}
        self.code, self.flags = self.root.region_code, set[str]()

    @property
    def is_internal(self) -> bool:
        """Whether the file holds what only internal readers see."""
        return self.release.has("quarantined_row") or self.release.has("verification_queue")

    def ask(self, name: str, key: str = "", **parameters: Any) -> Answer:
        """Ask the release; methodology, region (or unit) and root are those of the report unless named."""
        given = {"methodology": self.methodology, "region": self.code, "nation": self.root.region_code}
        return self.release.ask(name, key, **(given | {"year": self.year} | parameters))

    def if_known(self, key: str, row: Any, *columns: str, **places: Run | Text) -> Text:
        """The sentence `key` of a row that tells of it in all of these columns, else nothing."""
        return () if any(getattr(row, column) in (None, "") for column in columns) else self.say(key, row, **places)

    def table(
        self,
        name: str,
        /,
        rows: Iterable[Any],
        row: Any = None,
        caption: str = "",
        note: Text | None = None,
        flags: Iterable[str] = (),
        cells: Mapping[str, Shown] | None = None,
        more: Mapping[str, Iterable[Col]] | None = None,
        words: Mapping[str, str] = {},
    ) -> Table:
        """The table that `tables.toml` has under `name`. `cells` show a column by its heading, `more` are the columns
        in the place of `+NAME`, `words` and `row` fill caption, note and the headings in braces."""
        told, columns, held = tables()[name], list[Col](), self.flags.union(flags)
        for line in told["columns"]:
            shown, _, flag = line.partition(" ?")
            if line.startswith("+"):
                columns += (more or {})[line[1:]]
            elif not flag or flag in held:
                columns.append(col(self.t, shown, (cells or {}).get(shown.split(" ")[0]), words))
        emphasised, _, values = told.get("emphasis", "").replace("here", self.code).partition("=")
        indented, _, least = told.get("depth", "").partition("-")
        made = tuple(
            Row(
                tuple(as_cell(each.cell(entry)) for each in columns),
                min(DEEPEST, getattr(entry, indented) - int(least)) if indented else 0,
                bool(emphasised) and str(getattr(entry, emphasised)) in values.split(","),
            )
            for entry in rows
        )
        caption = caption or self.word(told["caption"], row, **words)
        note = self.say(told["note"], row, **words) if note is None and "note" in told else note or ()
        return Table(tuple(each.column for each in columns), made, caption, note=note, dense=told.get("dense", False))

    def facts(self, names: Iterable[str], **values: Run) -> tuple[tuple[str, Text], ...]:
        """What the release says of itself, by the names of `release.…` in the wording."""
        info, found = self.info, list[tuple[str, Text]]()
        values = {
            "note": info.release_note or self.word("word.none"),
            "title": self.named(info, "title"),
            "data_kind": self.word(f"data_kind_name.{info.data_kind}"),
            "file": self.release.path.name,
            "file_sha256": self.release.file_hash if "file_sha256" in names else "",
            **values,
        }
        for name in names:
            kind = "count" if name.endswith("_count") else "text"
            value = values[name] if name in values else info.figure(kind, name)
            zone = (self.word("word.time_zone"),) if name == "released_at" else ()
            found.append((self.word(f"release.{name}"), (value, *zone)))
        return tuple(found)

    def commands(self, verify: str) -> str:
        """How the release is verified and the report written anew."""
        info, options = self.info, "" if self.info.is_primary_methodology else f" --methodology {self.methodology}"
        options += " --internal" if self.is_internal else ""
        return (
            f"zhengxin verify {verify}\nzhengxin report --region {self.code} --year {self.year} "
            f"--release {info.release_id} --language {self.language}{options}"
        )

    def report(self, title: str, subtitle: str, notice: str, sections: Iterable[Section], **further: Any) -> Report:
        """The whole report; what differs has a name of its own: another methodology, what internal readers see."""
        info = self.info
        stem = [str(self.year), self.code, self.language]
        stem += [] if info.is_primary_methodology else [self.methodology]
        return Report(
            title=title,
            subtitle=subtitle,
            language=self.language,
            file_stem="-".join([*stem, *(["internal"] if self.is_internal else [])]),
            description=self.word("title.description", info, title=title),
            notice=self.word(f"{notice}{info.data_kind}"),
            watermark=self.word(f"watermark.{info.data_kind}"),
            running_head=self.word("title.running_head", title=title),
            edition=self.say("title.edition_line", info, kind=self.word(f"data_kind_name.{info.data_kind}")),
            labels=labels(self.t),
            sections=tuple(sections),
            sources=self.release.sources(whole=self.whole),
            released_at=info.released_at,
            **further,
        )


def primary_or_named(rows: Answer, methodology_code: str | None) -> Any:
    """The row of the methodology that is named, else of the edition's primary one. Raises `UsageError` for a file of
    several editions, and for a methodology that the release has not."""
    years = sorted({row.assessment_year for row in rows})
    if len(years) != 1:
        raise UsageError(SEVERAL_EDITIONS.filled(count=len(years), years=joined(map(str, years))))
    for row in rows:
        if row.methodology_code == methodology_code or (methodology_code is None and row.is_primary_methodology):
            return row
    known = joined(row.methodology_code for row in rows)
    raise UsageError(NO_METHODOLOGY.filled(methodology=methodology_code, known=known))
