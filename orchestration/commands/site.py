"""`zhengxin site`: the public look-up, a folder of static files made from public releases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.terminal import messages, output, spinner
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.settings import settings_of
from orchestration.wording import Wording, joined

NO_ADDRESS = Wording(
    "“{address}”不是网站地址:请写全,如 https://example.org/。",
    "'{address}' is no address of a site: write it whole, such as https://example.org/.",
)
WRITING = Wording("正在写{releases}的网站", "Writing the site of {releases}")
WRITTEN = Wording("正在写{releases}的网站,已完成:{parts}", "Writing the site of {releases}, done: {parts}")
# What `build_site` says of each part that is done.
PARTS = {
    "downloads": Wording("下载文件", "downloads"),
    "maps": Wording("地图", "maps"),
    "data": Wording("各单位数据", "data of the units"),
    "zh": Wording("中文页", "Chinese pages"),
    "en": Wording("英文页", "English pages"),
}
BUILT = Wording(
    "共 {file_count} 个文件,新增或更改 {changed_count} 个,删除 {removed_count} 个",
    "{file_count} files, {changed_count} new or changed, {removed_count} removed",
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
    language = settings_of(home).language
    done: list[str] = []
    with spinner(messages(), WRITING.filled(releases=joined(chosen)).in_language(language)) as tell:

        def advance(part: str) -> None:
            done.append(PARTS[part].in_language(language))
            tell(WRITTEN.filled(releases=joined(chosen), parts=joined(done)).in_language(language))

        built = build_site(chosen, target, chain_head(home), advance, address or "")
    counts = {name: f"{getattr(built, name):,}" for name in ("file_count", "changed_count", "removed_count")}
    output().print(BUILT.filled(**counts).in_language(language))
    output().print(str(built.folder / "index.html"), soft_wrap=True)
