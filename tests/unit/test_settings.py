"""`zhengxin.toml`: what a home may say, what goes before it, and what is refused with file, key and a way on."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.settings import (
    DRAWS_VARIABLE,
    SERIES_VARIABLE,
    WAIT_VARIABLE,
    WEBHOOK_VARIABLE,
    Settings,
    settings_of,
)


@pytest.fixture(autouse=True)
def _nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (SERIES_VARIABLE, WAIT_VARIABLE, WEBHOOK_VARIABLE, DRAWS_VARIABLE):
        monkeypatch.delenv(variable, raising=False)


def home_that_says(folder: Path, text: str) -> Home:
    (folder / "zhengxin.toml").write_text(text, encoding="utf-8")
    return Home(folder)


def test_a_home_without_the_file_has_the_defaults(tmp_path: Path) -> None:
    settings = settings_of(Home(tmp_path))
    assert settings == Settings()
    assert not settings.publishes_by_itself


def test_every_setting_is_read(tmp_path: Path) -> None:
    settings = settings_of(
        home_that_says(
            tmp_path,
            'series = "hdi"\nyears = "1990-1992, 2000"\nlanguage = "en"\nseeds = "own"\npublish = "auto"\n'
            'webhook = "https://host/path"\nwait_seconds = 1.5\ndraws = 64\n[limits]\nfile_megabytes = 7\n',
        )
    )
    assert settings == Settings(
        series="hdi",
        years=(1990, 1991, 1992, 2000),
        language="en",
        seeds="own",
        publish="auto",
        webhook="https://host/path",
        wait_seconds=1.5,
        draws=64,
        limits={"file_megabytes": 7},
    )
    assert settings.publishes_by_itself


@pytest.mark.parametrize("years", ["2019", "[2019]", '["2019"]', '"2019"'])
def test_years_as_people_write_them(tmp_path: Path, years: str) -> None:
    assert settings_of(home_that_says(tmp_path, f"years = {years}\n")).years == (2019,)


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = home_that_says(tmp_path, 'series = "hdi"\nwebhook = "https://file/"\nwait_seconds = 5\n')
    monkeypatch.setenv(SERIES_VARIABLE, "other")
    monkeypatch.setenv(WEBHOOK_VARIABLE, "https://environment/")
    monkeypatch.setenv(WAIT_VARIABLE, "9")
    monkeypatch.setenv(DRAWS_VARIABLE, "0")
    settings = settings_of(home)
    assert (settings.series, settings.webhook, settings.wait_seconds) == ("other", "https://environment/", 9)
    assert settings.draws == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('serie = "hdi"', "no setting 'serie' (is series meant?)"),
        ("series = 3", "series is 3: write a text"),
        ('publish = "yes"', """publish is 'yes': write "manual" or "auto"."""),
        ('language = "fr"', """language is 'fr': write "zh" or "en"."""),
        ('years = "19"', "years: '19' is no year"),
        ('years = "2019-2017"', "runs backwards"),
        ("wait_seconds = -1", "wait_seconds is -1: give a number of seconds"),
        ('wait_seconds = "soon"', "wait_seconds is 'soon'"),
        ("draws = 15", "draws is 15: write 0 for none, or a whole number from 16"),
        ("draws = true", "draws is True"),
        ("limits = 3", "limits is 3: write a table"),
        ("[limits]\nfile_megabytes = 0", "limits.file_megabytes is 0: give a whole number above zero"),
        ("[limits]\nfile_megabytes = true", "limits.file_megabytes is True"),
        ("series = hdi", "is no TOML"),
    ],
)
def test_a_wrong_setting_is_refused_by_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings_of(home_that_says(tmp_path, text))
    assert str(tmp_path / "zhengxin.toml") in str(caught.value)
    assert message in str(caught.value)


def test_a_wrong_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WAIT_VARIABLE, "long")
    with pytest.raises(UsageError, match=WAIT_VARIABLE):
        settings_of(Home(tmp_path))
