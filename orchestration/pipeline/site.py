"""The public site as a Dagster asset: one folder for all editions, made from the releases in force."""

import dagster as dg

from orchestration.errors import UsageError
from orchestration.pipeline.release import EDITION_RELEASE
from orchestration.pipeline.resources import HomeResource, failure_of
from orchestration.site.build import build_site
from orchestration.site.releases import chain_head, releases_of_site

PUBLIC_SITE = dg.AssetKey(["site", "public"])


def site_asset() -> dg.AssetsDefinition:
    """The site of a home. It only reads releases, so it waits for no writer and blocks none."""

    @dg.multi_asset(
        name="write_site",
        specs=[
            dg.AssetSpec(
                PUBLIC_SITE,
                deps=[EDITION_RELEASE],
                group_name="site",
                kinds={"html"},
                description="The public look-up of every unit as static files, from the releases in force. 政信查。",
            )
        ],
    )
    def write_site(context: dg.AssetExecutionContext, home: HomeResource):
        folder = home.paths.root / "site"
        try:
            files = releases_of_site(home.paths)
            built = build_site(
                files, folder, chain_head(home.paths), progress=lambda part: context.log.info(f"Written: {part}")
            )
        except UsageError as error:
            raise failure_of(error, home.paths) from None
        return dg.MaterializeResult(
            PUBLIC_SITE,
            metadata={
                "releases": ", ".join(files),
                "files": built.file_count,
                "changed": built.changed_count,
                "removed": built.removed_count,
                "folder": dg.MetadataValue.path(str(folder)),
            },
        )

    return write_site
