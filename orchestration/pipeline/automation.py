"""Launching without a person: a sensor on the inbox and a yearly schedule, both off until someone turns them on."""

import dagster as dg

from orchestration.editions import edition_years, year_spans
from orchestration.home import Home
from orchestration.landing.waiting import identity_of, observed_years, waiting_files
from orchestration.pipeline.jobs import ANNUAL_RUN
from orchestration.pipeline.partitions import span_tags

SENSOR_SECONDS = 60


def inbox_sensor(home: Home, series_code: str) -> dg.SensorDefinition:
    """Asks for an annual run when files wait in the inbox, once for the same set of names and contents."""

    @dg.sensor(
        name="inbox_sensor",
        job_name=ANNUAL_RUN,
        minimum_interval_seconds=SENSOR_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Launches annual_run for the years that the files waiting in the inbox name.",
    )
    def watch_inbox(context: dg.SensorEvaluationContext):
        # A file is taken when it looked the same at the last tick too: until then someone may still be writing it.
        files = waiting_files(home)
        identity = identity_of(files)
        settled = files and context.cursor == identity
        context.update_cursor(identity)
        if not settled:
            return dg.SkipReason(f"{len(files)} files wait in {home.inbox}" + (", just arrived." if files else "."))
        editions = edition_years(home, series_code)
        named = set().union(*(file.assessment_years() for file in files))
        observed = sorted(observed_years(home, files).intersection(editions))
        # Files that cannot be read are landed too, to be rejected with their reason; events of a year that nobody has
        # observed yet come in with the run of the last one observed, and raise their warnings.
        years = sorted(named.intersection(observed)) or observed[-1:] or editions[-1:]
        return [
            dg.RunRequest(run_key=f"{identity}-{span[0]}", tags=span_tags(span)) for span in year_spans(years, editions)
        ]

    return watch_inbox


def yearly_schedule(home: Home, series_code: str) -> dg.ScheduleDefinition:
    """Asks for the run of the year before, each 1 February, if there is something to score."""

    @dg.schedule(
        name="yearly_schedule",
        job_name=ANNUAL_RUN,
        cron_schedule="0 6 1 2 *",
        execution_timezone="Asia/Shanghai",
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Launches annual_run for the year before, on 1 February at 6:00 (China Standard Time).",
    )
    def run_year_before(context: dg.ScheduleEvaluationContext):
        year = context.scheduled_execution_time.year - 1
        if year not in edition_years(home, series_code):
            return dg.SkipReason(f"There is no edition {year} of {series_code} in the seeds.")
        if year not in observed_years(home, waiting_files(home)):
            return dg.SkipReason(f"No observation of {year} has come in: nothing in {home.inbox} or landed names it.")
        # By tag, since the partitions that were loaded with the UI may be older than the first file of the year.
        return dg.RunRequest(run_key=str(year), tags=span_tags([year]))

    return run_year_before
