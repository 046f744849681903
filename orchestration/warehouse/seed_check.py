"""The tests of the seeds, run in seconds over their CSV files, before anything is landed or built.

The rules are those that a build runs: the singular tests in `dbt_project/tests/seeds`, and the generic tests that the
yml files beside the seeds ask for, each rendered from the very file that dbt renders. What a test selects from is a
seed, or a model that selects from seeds alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path
from types import CodeType
from typing import Any

import duckdb
import jinja2
import yaml

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.seeds import SeedTable, dbt_folder, places_of_rows, seed_descriptions, seed_tables, seeds_folder
from orchestration.settings import SEEDS_OWN, settings_of
from orchestration.warehouse.dbt import project_digest
from orchestration.whole_file import write_whole
from orchestration.wording import Wording

# Names the state of seeds and project in which no rule found anything.
SOUND_NOTE = "sound_seeds.txt"
SHOWN_ROWS = 5
BUILT_IN = "dbt.include.global_project"
# Other readers than ours take these words for an empty cell.
NULL_WORDS = ("null", "nan", "n/a")


@dataclass(frozen=True)
class SeedFault:
    """One row that a rule finds: which rule, in its own words, and where the row stands (empty where it cannot be
    told). `row` holds what the test selects, by column, without what is empty."""

    rule: str
    explanation: str
    place: str
    row: Mapping[str, Any]

    def __str__(self) -> str:
        values = ", ".join(f"{name}={value}" for name, value in self.row.items())
        return f"{self.place + ': ' if self.place else ''}{self.rule}: {values}"


@dataclass(frozen=True)
class SeedCheck:
    """How many rules were asked, and what they found: at most a few rows a rule, with the number of all."""

    rule_count: int
    faults: Sequence[SeedFault]
    fault_count: int


def _built_in_tests() -> Iterator[Path]:
    """dbt's own generic tests; the package is found and not imported, which would import all of dbt."""
    spec = find_spec(BUILT_IN)
    assert spec is not None and spec.submodule_search_locations
    return (Path(spec.submodule_search_locations[0]) / "macros" / "generic_test_sql").glob("*.sql")


def check_seeds(home: Home) -> SeedCheck:
    """Ask every rule of the seeds of `home`. Raises `UsageError` where the files cannot be laid together at all."""
    checker = _Checker(home)
    try:
        return checker.check()
    finally:
        checker.connection.close()


def require_sound_seeds(home: Home) -> None:
    """Raise `UsageError` with what the rules find in the seeds of `home`; the same seeds are not asked twice."""
    state = project_digest(home)
    note = home.dbt / SOUND_NOTE
    if note.exists() and note.read_text(encoding="ascii") == state:
        return
    found = check_seeds(home)
    if found.fault_count:
        lines = "\n".join(f"  {fault}" for fault in found.faults)
        raise UsageError(
            Wording(
                f"种子文件有误,未运行:zhengxin check-seeds 逐条说明。\n{lines}",
                f"The seeds are not sound, so nothing is run: zhengxin check-seeds explains.\n{lines}",
            )
        )
    note.parent.mkdir(parents=True, exist_ok=True)
    write_whole(note, state)


class SeedSql:
    """Renders the SQL of the dbt project over seeds that lie as tables of their own names."""

    def __init__(self, project: Path, seeds: Path) -> None:
        self.project = project
        self.seeds = seeds
        self.views: list[tuple[str, str]] = []
        self._set: Mapping[str, Any] = {}

    def singular_tests(self, with_shipped: bool) -> list[Path]:
        """The files of the singular tests: those of any seeds, and those of the shipped ones."""
        folders = ("seeds", "shipped_seeds") if with_shipped else ("seeds",)
        return [path for name in folders for path in sorted((self.project / "tests" / name).glob("*.sql"))]

    def generic_tests(self) -> Iterator[GenericTest]:
        """Each use of a generic test that the yml files ask for."""
        for described in sorted(self.seeds.glob("*/_*.yml")):
            for seed in seed_descriptions(described):
                asked = [(None, test) for test in seed.get("data_tests", ())]
                for column in seed.get("columns", ()):
                    asked += [(column["name"], test) for test in column.get("data_tests", ())]
                for column, test in asked:
                    yield _generic_test(seed["name"], column, test)

    def render(self, path: Path, **variables: Any) -> str:
        """The SQL of a file of the dbt project; `variables` go before those of dbt_project.yml."""
        before, self._set = self._set, variables
        try:
            return _template(self._environment, _text(path)).render()
        finally:
            self._set = before

    def seeds_behind(self, path: Path) -> tuple[str, ...]:
        """The places of the seeds that a file of the dbt project selects from, by way of models too."""
        behind: dict[str, None] = {}
        for name in re.findall(r"(?:ref|inherited_rows)\('(\w+)'", _text(path)):
            if name in self._places:
                behind[self._places[name]] = None
            if name in self._models:
                behind |= dict.fromkeys(self.seeds_behind(self._models[name]))
        return tuple(behind)

    def render_generic(self, test: GenericTest) -> str:
        """The SQL of a use of a generic test, of the project's own or one that dbt brings."""
        arguments = dict(test.arguments)
        if "to" in arguments:
            arguments["to"] = self.relation(arguments["to"].removeprefix("ref('").removesuffix("')"))
        macros: Mapping[str, Any] = self._environment.globals
        return (macros.get(test.name) or macros[f"default__test_{test.name}"])(test.seed, **arguments)

    @cached_property
    def _environment(self) -> jinja2.Environment:
        """Knows the macros and generic tests."""
        environment = _new_environment()
        project = yaml.safe_load(_text(self.project / "dbt_project.yml"))
        environment.globals |= {
            "ref": self.relation,
            "var": lambda name, default=None: (project["vars"] | self._set).get(name, default),
            "config": lambda **_: "",
            "should_store_failures": lambda: True,
        }
        files = [*self.project.glob("macros/*.sql"), *self.project.glob("tests/generic/*.sql")]
        source = "".join(map(_text, sorted([*files, *_built_in_tests()])))
        source = re.sub(r"{%-?\s*test\s", "{% macro ", source)
        source = re.sub(r"{%-?\s*endtest\s*-?%}", "{% endmacro %}", source)
        module = _template(environment, source).module
        environment.globals |= {name: macro for name, macro in vars(module).items() if not name.startswith("_")}
        return environment

    def relation(self, name: str) -> str:
        """The table of that name; a model becomes a view over what it selects from, made before it is asked."""
        if name not in self._places and name not in dict(self.views):
            self.views.append((name, self.render(self._models[name])))
        return name

    @cached_property
    def _places(self) -> Mapping[str, str]:
        return {table.name: table.path for table in seed_tables().values()}

    @cached_property
    def _models(self) -> Mapping[str, Path]:
        return {path.stem: path for path in self.project.glob("models/**/*.sql")}


@dataclass(frozen=True)
class GenericTest:
    """A use of a generic test: of which seed, and with which arguments (that of a column with its `column_name`)."""

    seed: str
    name: str
    arguments: Mapping[str, Any]


def load_seeds(connection: duckdb.DuckDBPyConnection, seeds: Path) -> list[SeedFault]:
    """A table a seed, typed as its yml says, in `connection`; return the cells that are not of their type.

    Such a cell is NULL in its table.
    """
    faults = []
    for place, table in seed_tables().items():
        typed = ", ".join(f'try_cast("{name}" as {kind}) as "{name}"' for name, kind in table.types.items())
        read = "read_csv(?, all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
        connection.execute(f"create or replace temp table as_written as from {read}", [str(seeds / place)])
        connection.execute(f"create table {table.name} as select {typed} from as_written")
        # One look at a seed whose cells are sound, as nearly all are, instead of one at each column.
        is_faulty = " or ".join(f"({_problem_of(table, name)}) is not null" for name in table.types)
        if connection.execute(f"select exists (from as_written where {is_faulty})").fetchone() == (True,):
            for name in table.types:
                faults += _cell_faults(connection, table, name)
    return faults


def _problem_of(table: SeedTable, column: str) -> str:
    """SQL for what is wrong with a cell: not of its type, with blanks around it, or a word for nothing; else NULL."""
    kind = table.types[column]
    cell = f'as_written."{column}"'
    words = ", ".join(f"'{word}'" for word in NULL_WORDS)
    return f"""
        case
            when lower({cell}) in ({words}) then 'is a word for an empty cell: leave the cell empty'
            when {cell} <> trim({cell}) then 'has blanks around it'
            when contains({cell}, chr(65533)) then 'holds a character that could not be read'
            when {cell} is not null and try_cast({cell} as {kind}) is null then 'is no {kind}'
        end
    """


def _cell_faults(connection: duckdb.DuckDBPyConnection, table: SeedTable, column: str) -> list[SeedFault]:
    """The cells of a column with which something is wrong."""
    shown = ", ".join(f'as_written."{name}"' for name in dict.fromkeys((*table.key, column)))
    problem = _problem_of(table, column)
    found = connection.execute(f"select {problem} as problem, {shown} from as_written where problem is not null")
    names = [description[0] for description in found.description][1:]
    return [
        SeedFault(f"{column} {problem}", "", table.path, _filled(dict(zip(names, row, strict=True))))
        for problem, *row in found.fetchall()
    ]


class _Checker:
    """One check of one home's seeds."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.sql = SeedSql(dbt_folder(home), seeds_folder(home))
        self.connection = duckdb.connect()
        self.places: dict[str, dict[tuple[str, ...], str]] = {}

    def check(self) -> SeedCheck:
        cells = [self._placed(fault, (fault.place,)) for fault in load_seeds(self.connection, self.sql.seeds)]
        faults, count = cells[:SHOWN_ROWS], len(cells)
        rules = 0
        if not cells:
            for rule, explanation, statement, tables in self._rules():
                rules += 1
                found = self._found(rule, explanation, statement, tables)
                faults += found[:SHOWN_ROWS]
                count += len(found)
        return SeedCheck(rules + 1, faults, count)

    def _rules(self) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
        """(name, in words, SQL, the seeds that it may be about) of every test."""
        by_name = {table.name: table.path for table in seed_tables().values()}
        for test in self.sql.generic_tests():
            column = test.arguments.get("column_name")
            name = f"{test.name} of {test.seed}{'.' + column if column else ''}"
            yield name, "", self.sql.render_generic(test), (by_name[test.seed],)
        for path in self.sql.singular_tests(settings_of(self.home).seeds != SEEDS_OWN):
            yield path.stem, opening_comment(_text(path)), self.sql.render(path), self.sql.seeds_behind(path)

    def _found(self, rule: str, explanation: str, statement: str, tables: Iterable[str]) -> list[SeedFault]:
        while self.sql.views:
            name, select = self.sql.views.pop(0)
            self.connection.execute(f"create or replace view {name} as {select}")
        result = self.connection.execute(statement)
        names = [description[0] for description in result.description]
        return [
            self._placed(SeedFault(rule, explanation, "", _filled(dict(zip(names, row, strict=True)))), tables)
            for row in result.fetchall()
        ]

    def _placed(self, fault: SeedFault, tables: Iterable[str]) -> SeedFault:
        """The fault with the file and row that it is about, where the row can be told by its key; else with the file,
        where it can only be about one."""
        tables = tuple(tables)
        for path in tables:
            table = seed_tables()[path]
            if all(name in fault.row for name in table.key):
                if path not in self.places:
                    self.places[path] = places_of_rows(self.home, table)
                key = tuple(str(fault.row[name]) for name in table.key)
                if key in self.places[path]:
                    return replace(fault, place=self.places[path][key])
        return replace(fault, place=tables[0]) if len(tables) == 1 else fault


def _generic_test(seed: str, column: str | None, asked: str | Mapping[str, Any]) -> GenericTest:
    name, said = (asked, {}) if isinstance(asked, str) else next(iter(asked.items()))
    arguments = dict((said or {}).get("arguments", {}))
    return GenericTest(seed, name, arguments | ({"column_name": column} if column else {}))


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def opening_comment(sql: str) -> str:
    """What a test says of itself: the comment that its SQL opens with."""
    said = takewhile(lambda line: line.startswith("--"), sql.splitlines())
    return " ".join(line.removeprefix("--").strip() for line in said)


def _new_environment() -> jinja2.Environment:
    return jinja2.Environment(undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"])


def _template(environment: jinja2.Environment, source: str) -> jinja2.Template:
    return jinja2.Template.from_code(environment, _compiled(source), environment.make_globals(None))


@cache
def _compiled(source: str) -> CodeType:
    """To compile takes a third of a check, and the files are the same for all seeds that one process checks."""
    return _new_environment().compile(source)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
