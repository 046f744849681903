"""What to verify next: written as a workbook, filled in by people, landed back, and gone from the queue."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from orchestration.commands.queue import queue
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.verification.queue import QueueItem, read_queue
from orchestration.verification.worksheet import OVERVIEW_SHEET, write_worksheet
from orchestration.warehouse.connection import reading
from tests.daily.small_home import EVENT, UNITS, VERIFICATION, SmallHome, observations

VETOED, CONFLICTING, EVENTFUL, ZERO, *CALM = UNITS
MARTS = "+verification_list", "+verification_queue", "+verifier_agreement", "+release_info", "+frame_place"


@pytest.fixture(scope="module")
def queued(tmp_path_factory: pytest.TempPathFactory, seeded: Path) -> SmallHome:
    small = SmallHome.copied(seeded, Home(tmp_path_factory.mktemp("queued") / "home"))
    changed = {(VETOED, "T4.1.probe_timeout_rate"): "60", (ZERO, "T5.2"): "0"}
    rows = [
        row | {"value": changed.get((row["unit_code"], row["measure_code"]), row["value"])} for row in observations()
    ]
    other = observations(values={"T5.1.linked_share": "20"}, units=(CONFLICTING,), channel="internet")
    small.drop("observation", rows + [row | {"captured_at": "2019-10-01 09:00"} for row in other])
    small.drop("opinion_event", [EVENT | {"unit_code": EVENTFUL, "cluster_code": "C1"}])
    small.build(*MARTS)
    return small


def urgent(small: SmallHome) -> list[tuple]:
    """What is in the queue for another reason than the random sample alone, in order."""
    return small.rows(
        "select unit_code, subject_code, reasons, score_weight from marts.verification_list"
        " where reasons <> 'random_sample' order by priority"
    )


def test_the_queue_has_reasons_weights_and_an_order(queued: SmallHome) -> None:
    found = urgent(queued)
    assert [(unit, item, reasons.replace(", random_sample", "")) for unit, item, reasons, _ in found] == [
        (VETOED, "T4.1.probe_timeout_rate", "veto"),
        (EVENTFUL, "C1", "negative_event"),
        (CONFLICTING, "T5.1.linked_share", "conflict"),
        (ZERO, "T5.2", "zero"),
    ]
    # A veto takes the whole indicator; an event its points, 0.5 × 0.7.
    full_mark = queued.rows("select full_mark from intermediate.int_methodology_node where node_code = 'T4.1'")[0][0]
    assert [weight for *_, weight in found[:2]] == [full_mark, Decimal("0.35")]


def is_sampled(unit: str, measure: str, year: int = 2019) -> bool:
    """The rule of the sample, written anew: the first 32 bits of the MD5 of the key lie in the lowest 5 %."""
    key = hashlib.md5(f"county_integrity{year}{unit}{measure}".encode()).hexdigest()
    return int(key[:8], 16) <= 0.05 * (2**32 - 1)


def test_the_random_sample_is_five_percent_and_always_the_same(queued: SmallHome) -> None:
    cells = queued.rows(
        "select unit_code, measure_code from intermediate.int_measure_score"
        " where status in ('observed', 'not_published') group by all"
    )
    sampled = queued.rows("select unit_code, subject_code from marts.verification_queue where reason = 'random_sample'")
    assert sorted(sampled) == sorted(cell for cell in cells if is_sampled(*cell))
    many = [is_sampled(f"{unit:06d}", f"T{measure}") for unit in range(1000) for measure in range(60)]
    assert 0.045 < sum(many) / len(many) < 0.055


def test_the_queue_is_told_in_the_home_s_language(
    queued: SmallHome, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZHENGXIN_HOME", str(queued.home.root))
    for language, heading, more in (("zh", "优先级", "只列出前 2 项"), ("en", "priority", "The first 2")):
        monkeypatch.setattr("orchestration.commands.queue.language_of", lambda asked, language=language: language)
        queue(year=2019, region=None, items=2, out=None, force=False)
        told = capsys.readouterr()
        assert heading in told.out and more in told.err


def test_a_filled_workbook_lands_and_empties_the_queue(queued: SmallHome, tmp_path: Path) -> None:
    small = SmallHome.copied(queued.home.root, Home(tmp_path / "home"))
    with reading(small.home.warehouse) as connection:
        items = read_queue(connection, 2019, region="520400")
        assert len(read_queue(connection, 2019, region=VETOED)) >= 1
        assert read_queue(connection, 2019, limit=2) == items[:2]
        with pytest.raises(UsageError, match="2018 has not been scored"):
            read_queue(connection, 2018)
        with pytest.raises(UsageError, match="no region or unit 999999"):
            read_queue(connection, 2019, region="999999")
    path = write_worksheet(items, 2019, small.home.inbox / "verification" / "to_verify.xlsx")

    workbook = openpyxl.load_workbook(path)
    sheet = workbook.worksheets[0]
    assert workbook.sheetnames[:2] == ["verification", OVERVIEW_SHEET]
    assert workbook[OVERVIEW_SHEET].max_row == sheet.max_row - 1 == len(items) + 1
    header = [cell.value for cell in sheet[2]]
    assert "西秀区" in sheet["A3"].comment.text and "60" in sheet["A3"].comment.text
    filled = {
        "verdict": "confirm",
        "verifier": "查验一组",
        "verified_at": "2020-02-01 09:00",
        "provenance": "synthetic",
    }
    for row in range(3, sheet.max_row + 1):
        for name, cell in filled.items():
            sheet.cell(row, header.index(name) + 1, cell)
    workbook.save(path)

    small.build(*MARTS)
    assert small.quarantined() == []
    assert small.rows("select count(*) from raw.verification") == [(len(items),)]
    assert small.rows("select count(*) from marts.verification_list") == [(0,)]


def test_two_verifiers_are_compared(queued: SmallHome, tmp_path: Path) -> None:
    small = SmallHome.copied(queued.home.root, Home(tmp_path / "home"))
    both = [VERIFICATION | {"unit_code": unit} for unit in UNITS]
    second = [row | {"verifier": "team B"} for row in both]
    second[0] |= {"verdict": "correct", "value": "70", "reason": "页面"}
    small.drop("verification", both + second)
    small.build("+verifier_agreement")
    assert small.rows(
        "select first_verifier, second_verifier, item_count, same_verdict_count, verdict_agreement, kappa"
        " from marts.verifier_agreement"
    ) == [("team A", "team B", 6, 5, Decimal("0.8333333333"), Decimal(0))]


def test_the_workbook_says_in_chinese_why(tmp_path: Path) -> None:
    item = QueueItem(
        priority=1,
        subject="observation",
        unit_code=VETOED,
        unit_name_zh="西秀区",
        subject_code="T1.1",
        subject_name_zh="网站",
        reasons="outlier",
        reasons_zh="离群值",
        detail_zh="中位数 8,标准化绝对中位差 2.9652",
        score_weight=Decimal("1"),
        value=Decimal("60"),
        state="observed",
        channel=None,
        captured_at=None,
        evidence_url=None,
    )
    workbook = openpyxl.load_workbook(write_worksheet([item], 2019, tmp_path / "to_verify.xlsx"))
    assert item.detail_zh in workbook.worksheets[0]["A3"].comment.text
    assert [cell.value for cell in workbook[OVERVIEW_SHEET][2]][-1] == item.detail_zh


def test_only_a_workbook_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"an \.xlsx file"):
        write_worksheet([], 2019, tmp_path / "to_verify.csv")
