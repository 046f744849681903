"""`zhengxin site`: the public look-up, a folder of static files made from public releases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import messages, output, spinner
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.wording import Wording

NO_ADDRESS = Wording(
    "“{address}”不是网站地址:请写全,如 https://example.org/。",
    "'{address}' is no address of a site: write it whole, such as https://example.org/.",
)


def site(
    releases: Annotated[
        str | None,
        typer.Option(
            help="Releases such as 2017-r1,2018-r1,2019-r1, one of each edition. Default: all that are in force.",
            show_default=False,
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--output", help="Folder to write into. Default: site in the home.", show_default=False),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            help="Where the site will stand (https://…): adds a sitemap for search engines.", show_default=False
        ),
    ] = None,
) -> None:
    """Write the public site: anyone looks up any unit, in Chinese and English, without a server.

    Everything comes from the public files of releases. The folder can be served by any web server, or be opened from a
    disk at its index.html. Called again it writes only what has changed.

    [dim]zhengxin site
    zhengxin site --releases 2018-r1,2019-r1 --output /srv/www[/dim]
    """
    from orchestration.site.build import build_site
    from orchestration.site.releases import chain_head, releases_of_site

    home = Home.from_environment()
    chosen = releases_of_site(home, releases)
    if address and not address.startswith(("https://", "http://")):
        raise UsageError(NO_ADDRESS.filled(address=address))
    target = folder.expanduser().resolve() if folder else home.root / "site"
    with spinner(messages(), f"Writing the site of {', '.join(chosen)}"):
        built = build_site(chosen, target, chain_head(home), address=address or "")
    output().print(
        f"{built.file_count:,} files, {built.changed_count:,} new or changed, {built.removed_count:,} removed",
    )
    output().print(str(built.folder / "index.html"), soft_wrap=True)
