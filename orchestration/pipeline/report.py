"""The yearly reports as a Dagster asset: the nation and every province of a year, from the year's release."""

import dagster as dg
from pydantic import Field

from orchestration.errors import UsageError
from orchestration.pipeline.release import EDITION_RELEASE
from orchestration.pipeline.resources import HomeResource, failure_of, years_of_run
from orchestration.report.release import find_release
from orchestration.report.texts import LANGUAGES
from orchestration.report.write import Format, ReportsFailed, WrittenReport, write_all
from orchestration.settings import in_home_language
from orchestration.wording import Wording
from orchestration.writing import markdown

YEARLY_REPORT = dg.AssetKey(["report", "yearly"])


class ReportConfig(dg.Config):
    """Which languages (`zh`, `en`) and which files (`html`, `pdf`, `both`)."""

    languages: list[str] = Field(default_factory=lambda: ["zh"])
    format: str = Format.both.value


def report_asset(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The reports of the years of a run. They only read releases, so they wait for no writer and block none."""

    @dg.multi_asset(
        name="write_reports",
        specs=[
            dg.AssetSpec(
                YEARLY_REPORT,
                deps=[EDITION_RELEASE],
                group_name="report",
                kinds={"html", "pdf"},
                description="The yearly report on the nation and on every province, from the last release in force. "
                "年度报告。",
            )
        ],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def write_reports(context: dg.AssetExecutionContext, config: ReportConfig, home: HomeResource):
        years = years_of_run(context, home)
        try:
            _check(config)
            written, problems = [], []
            for year in years:
                for language in config.languages:
                    try:
                        written += _write_all(context, config, home, year, language)
                    except ReportsFailed as error:
                        written += error.written
                        problems.append(f"{year}, {language}: {in_home_language(error.wording, home.paths)}")
        except UsageError as error:
            raise failure_of(error, home.paths) from None
        if problems:
            raise dg.Failure("\n".join(problems), allow_retries=False)
        rows = [(one.region_code, one.title, ", ".join(path.name for path in one.files)) for one in written]
        return dg.MaterializeResult(
            YEARLY_REPORT,
            metadata={
                "reports": len(written),
                "folder": dg.MetadataValue.path(str(home.paths.reports)),
                "files": dg.MetadataValue.md(markdown.table(["region", "title", "files"], rows)),
            },
        )

    return write_reports


def _check(config: ReportConfig) -> None:
    unknown = sorted(set(config.languages) - set(LANGUAGES))
    if unknown or not config.languages:
        raise UsageError(
            Wording(
                f"languages:{', '.join(unknown) or '无'};可选 {', '.join(LANGUAGES)}。",
                f"languages: {', '.join(unknown) or 'none'}; choose from {', '.join(LANGUAGES)}.",
            )
        )
    if config.format not in {each.value for each in Format}:
        raise UsageError(
            Wording(
                f"format:'{config.format}';可选 {', '.join(each.value for each in Format)}。",
                f"format: '{config.format}'; choose one of {', '.join(each.value for each in Format)}.",
            )
        )


def _write_all(
    context: dg.AssetExecutionContext, config: ReportConfig, home: HomeResource, year: int, language: str
) -> list[WrittenReport]:
    release_file = find_release(home.paths, year)
    context.log.info(f"Reports of {year} in {language} from {release_file}")
    return write_all(
        release_file,
        language,
        Format(config.format),
        home.paths.reports / str(year),
        progress=lambda done, total, one: context.log.info(f"{done}/{total} {one.title}"),
    )
