"""A small world to land in: seeds with a handful of units, and an inbox in a temporary home."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest

from orchestration.home import Home
from orchestration.landing.contracts import Contract
from orchestration.landing.readers import DEFAULT_LIMITS, FileTable, Limits, Names, read_table
from orchestration.landing.run import LandedFile, land_inbox
from orchestration.landing.store import Store

SEEDS = {
    "methodology/edition.csv": """\
series_code,assessment_year,frame_date
county_integrity,2017,2016-12-31
county_integrity,2018,2017-12-31
county_integrity,2019,2018-12-31
countries,2019,2019-12-31
""",
    "methodology/measure.csv": """\
measure_code,series_code,value_kind,lower_bound,upper_bound,is_whole_number,funnel_earlier_measure_code
share,county_integrity,percentage,0,100,0,
found,county_integrity,checklist,0,3,1,
filed,county_integrity,count,0,100000000,1,
prosecuted,county_integrity,count,0,100000000,1,filed
E2.1,county_integrity,event_points,-10,0,0,
life_years,countries,quantity,0,120,0,
free,countries,quantity,,,0,
""",
    "attributes/attribute.csv": """\
attribute_code,value_kind,lower_bound,upper_bound
population,count,0,
old_share,mean,0,100
""",
    "methodology/methodology.csv": """\
methodology_code,series_code,tree_code
presence,county_integrity,county_tree
quality,county_integrity,county_tree
countries,countries,countries_tree
""",
    "methodology/event_topic.csv": """\
tree_code,topic,polarity
county_tree,praise,positive
county_tree,default,negative
""",
    "methodology/event_factor.csv": """\
factor_kind,factor_level
base_negative,particularly_major
base_negative,major
base_negative,larger
base_negative,ordinary
base_positive,national
base_positive,provincial
base_positive,municipal
base_positive,routine
reach,local
""",
    # 520222 became 520281 in 2017 (one-to-one); 520321 became three units in 2016; 330204 went into 330212 in 2016;
    # 469003 and 469004 became 469009 in 2018; 540102 is left out of the assessment.
    "geography/assessment_frame.csv": """\
series_code,assessment_year,unit_code,name_zh,is_included
county_integrity,2017,520102,南明区,1
county_integrity,2017,520222,盘县,1
county_integrity,2017,469003,甲县,1
county_integrity,2017,469004,乙县,1
county_integrity,2017,012345,零区,1
county_integrity,2018,520102,南明区,1
county_integrity,2018,520281,盘州市,1
county_integrity,2019,520102,南明区,1
county_integrity,2019,520103,云岩区,1
county_integrity,2019,520281,盘州市,1
county_integrity,2019,520302,红花岗区,1
county_integrity,2019,520303,汇川区,1
county_integrity,2019,520304,播州区,1
county_integrity,2019,330212,鄞州区,1
county_integrity,2019,540102,城关区,0
county_integrity,2019,620102,城关区,1
county_integrity,2019,012345,零区,1
county_integrity,2019,469009,丙市,1
countries,2019,AFG,阿富汗,1
""",
    "geography/division_history.csv": """\
code,name_zh,first_year,last_year,level,prefecture_name,province_name,valid_from,valid_from_precision
520102,南明区,1990,2024,county,贵阳市,贵州省,,
520103,云岩区,1990,2024,county,贵阳市,贵州省,,
520100,贵阳市,1990,2024,prefecture,,贵州省,,
520222,盘县,1990,2016,county,六盘水市,贵州省,1981-12-31,left_censored
520281,盘州市,2017,2024,county,六盘水市,贵州省,2017-04-10,approval_date
520321,遵义县,1990,2015,county,,,,
520302,红花岗区,1990,2024,county,,,,
520303,汇川区,2004,2024,county,,,,
520304,播州区,2016,2024,county,,,,
330204,江东区,1990,2015,county,,,,
330212,鄞州区,2002,2024,county,,,,
540102,城关区,1990,2024,county,拉萨市,西藏自治区,,
620102,城关区,1990,2024,county,兰州市,甘肃省,,
012345,零区,1990,2024,county,,,,
469003,甲县,1990,2017,county,,,,
469004,乙县,1990,2017,county,,,,
469009,丙市,2018,2024,county,,,,
600001,消失县,1990,2012,county,,,,
""",
    "geography/division_change.csv": """\
year,from_code,to_code,link_kind
2017,520222,520281,succeeds
2016,520321,520302,succeeds
2016,520321,520303,succeeds
2016,520321,520304,succeeds
2016,330204,330212,succeeds
2018,469003,469009,succeeds
2018,469004,469009,succeeds
2016,520303,520302,territory_transfer
""",
    "decisions/decision_authority.csv": """\
role_code,decision_kind
lead,objection
lead,correction
lead,repair
panel,objection
inspector,repair
""",
    # O2 came from the unit that was 520222 and is 520281; O3 has left.
    "decisions/decision_officer.csv": """\
officer_code,role_code,unit_code,valid_from,valid_to
O1,lead,,2017-01-01,
O2,panel,520222,2017-01-01,
O3,panel,,2017-01-01,2020-01-01
O4,panel,520102,2017-01-01,
""",
}

OBSERVATION_ROW = {
    "unit_code": "520102",
    "assessment_year": "2019",
    "measure_code": "share",
    "value": "91.64",
    "state": "",
    "channel": "internet",
    "collection_mode": "online",
    "captured_at": "2019-12-03 10:15:00",
    "evidence_url": "https://example.org/1",
    "evidence_hash": "",
    "collector": "team 1",
    "provenance": "synthetic",
}
EVENT_ROW = {
    "cluster_code": "C1",
    "unit_code": "520102",
    "assessment_year": "2019",
    "event_date": "2019-08-07",
    "reported_at": "2019-08-07 09:30",
    "polarity": "negative",
    "severity": "ordinary",
    "reach": "local",
    "responsibility": "reported",
    "topic": "default",
    "headline": "拖欠工程款",
    "responsible_body": "住建局",
    "responder": "宣传部",
    "response_at": "2019-08-08 09:00",
    "response_kind": "targeted",
    "evidence_url": "",
    "evidence_hash": "",
    "captured_at": "2019-09-01",
    "collector": "media watch",
    "provenance": "synthetic",
}
VERIFICATION_ROW = {
    "subject": "observation",
    "unit_code": "520102",
    "assessment_year": "2019",
    "measure_code": "share",
    "cluster_code": "",
    "verdict": "correct",
    "value": "90",
    "state": "",
    "reason": "复核",
    "verifier": "team 2",
    "verified_at": "2020-01-15",
    "evidence_url": "",
    "evidence_hash": "",
    "provenance": "synthetic",
}
OBJECTION_ROW = {
    "objection_code": "Y1",
    "unit_code": "520102",
    "assessment_year": "2019",
    "subject": "observation",
    "measure_code": "share",
    "cluster_code": "",
    "request": "correct",
    "value": "95",
    "state": "",
    "reason": "年末统计",
    "evidence_url": "https://example.org/1",
    "evidence_hash": "",
    "submitted_by": "区政府办公室",
    "submitted_at": "2020-03-02 09:00",
    "provenance": "synthetic",
}
DECISION_ROW = {
    "decision_code": "D1",
    "decision_kind": "objection",
    "objection_code": "Y1",
    "outcome": "upheld",
    "unit_code": "520102",
    "assessment_year": "2019",
    "subject": "observation",
    "measure_code": "share",
    "cluster_code": "",
    "expected_value": "91.64",
    "expected_state": "",
    "value": "95",
    "state": "",
    "repaired_at": "",
    "reason": "属实",
    "officer_code": "O1",
    "role_code": "lead",
    "decided_at": "2020-03-20 10:00",
    "evidence_url": "",
    "evidence_hash": "",
    "provenance": "synthetic",
}
ATTRIBUTE_ROW = {
    "unit_code": "520102",
    "area_name": "南明区",
    "area_kind": "unit",
    "part_of_code": "",
    "attribute_code": "population",
    "as_of": "2020-11-01",
    "value": "1043300",
    "source_title": "普查",
    "licence": "MIT",
    "evidence_url": "",
    "provenance": "published",
}
NARRATIVE_ROW = {
    "unit_code": "520000",
    "report_year": "2019",
    "section": "政策",
    "position": "1",
    "text": "全省各级政府签订政务诚信承诺书。",
    "source_name": "某公报",
    "source_url": "https://example.org/1",
    "provenance": "published",
}
GOOD_ROWS = {
    "narrative": NARRATIVE_ROW,
    "observation": OBSERVATION_ROW,
    "opinion_event": EVENT_ROW,
    "verification": VERIFICATION_ROW,
    "objection": OBJECTION_ROW,
    "decision": DECISION_ROW,
    "unit_attribute": ATTRIBUTE_ROW,
}


def csv_text(rows: list[dict[str, str]], columns: list[str] | None = None, delimiter: str = ",") -> str:
    """Rows as CSV text with a header."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns or list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def observations(count: int, **changes: str) -> list[dict[str, str]]:
    """Good observations that differ in their time of capture."""
    return [
        OBSERVATION_ROW | {"captured_at": f"2019-06-{1 + i % 28:02d} {i // 28 % 24:02d}:{i // 672:02d}:00"} | changes
        for i in range(count)
    ]


@dataclass
class ReadFile:
    """What a reader made of some bytes: the table, and its rows as a frame of text and their numbers."""

    table: FileTable
    cells: pd.DataFrame
    row_numbers: list[int]

    def __getattr__(self, name: str) -> object:
        return getattr(self.table, name)


def read_bytes(
    content: str | bytes, contract: Contract, measures: dict[str, str] | None = None, limits: Limits = DEFAULT_LIMITS
) -> ReadFile:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        table = read_table(path, contract, Path(folder), limits, Names(contract, measures))
        rows = table.read().to_pandas()
    return ReadFile(table, rows.drop(columns="row_number"), rows["row_number"].tolist())


@dataclass
class World:
    """A home with seeds of its own."""

    home: Home
    seeds: Path

    @property
    def store(self) -> Store:
        return Store(self.home.landing)

    def drop(self, content: str | bytes, name: str = "a.csv", source: str = "observation") -> Path:
        path = self.home.inbox / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def land(self, **options: object) -> list[LandedFile]:
        return land_inbox(self.home, seeds=self.seeds, **options)

    def land_one(self, content: str | bytes, name: str = "a.csv", source: str = "observation") -> LandedFile:
        """Drop one file, land, and return what became of it."""
        self.drop(content, name, source)
        return next(landed for landed in self.land() if (landed.source, landed.file_name) == (source, name))

    def accepted(self, landed: LandedFile) -> list[dict]:
        return self.store.accepted(self.store.batch(landed.source, landed.batch_id)).to_pylist()

    def quarantined(self, landed: LandedFile) -> list[dict]:
        return self.store.quarantined(self.store.batch(landed.source, landed.batch_id)).to_pylist()

    def warnings(self, landed: LandedFile) -> dict[str, dict]:
        """Broken rules of severity warning, by name."""
        results = self.store.validation(self.store.batch(landed.source, landed.batch_id))["results"]
        return {item["rule"]: item for item in results if item["severity"] == "warning" and not item["success"]}


def write_seeds(folder: Path) -> Path:
    for name, text in SEEDS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_seeds(tmp_path_factory.mktemp("seeds"))


@pytest.fixture
def world(tmp_path: Path, seeds: Path) -> World:
    return World(Home(tmp_path / "home"), seeds)
