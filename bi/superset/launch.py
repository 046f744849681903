"""Starts Apache Superset on the current release: `python bi/superset/launch.py --home HOME`, or `make superset`.

Installs Superset into an environment of its own, sets it up once, imports the assets of this folder and serves until it
is stopped. Everything lies in HOME/superset; calling again does only what has changed. Standard library alone, so that
any Python from 3.10 to 3.12 can run it.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

from client import SupersetClient

HERE = Path(__file__).resolve().parent
PINS = (HERE / "requirements.txt", HERE / "constraints.txt")
ASSETS = HERE / "assets"
# What databases/zhengxin.yaml says in place of the release's own path.
SHIPPED_ADDRESS = "duckdb:////srv/zhengxin/releases/current.duckdb"
ADMIN = "admin"
SECONDS_TO_START = 180


class LaunchError(Exception):
    """What is wrong and what to do about it, for the person who called."""


@dataclass(frozen=True)
class Place:
    """Where this Superset lives: its home's release, its folder, its environment, its port on this machine."""

    release: Path
    folder: Path
    environment: Path
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def password_file(self) -> Path:
        return self.folder / "admin_password"

    def program(self, name: str) -> str:
        return str(self.environment / "bin" / name)

    def variables(self) -> dict[str, str]:
        return os.environ | {
            "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"),
            "SUPERSET_HOME": str(self.folder),
            "ZHENGXIN_SUPERSET_FOLDER": str(self.folder),
            "FLASK_APP": "superset.app:create_app()",
            "SCARF_ANALYTICS": "false",
        }


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # A shell that starts this in the background has it ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        launch(place_of(arguments()))
    except LaunchError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        pass


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Apache Superset on the current release of a home.")
    default_home = os.environ.get("ZHENGXIN_HOME") or HERE.parent.parent / "var"
    parser.add_argument(
        "--home", type=Path, default=Path(default_home), help="the home that holds releases/current.duckdb"
    )
    parser.add_argument("--port", type=int, default=8088)
    parser.add_argument(
        "--environment", type=Path, help="where to install Superset (default: HOME/superset/environment)"
    )
    return parser.parse_args()


def place_of(options: argparse.Namespace) -> Place:
    home = options.home.expanduser().resolve()
    release = home / "releases" / "current.duckdb"
    if not release.exists():
        raise LaunchError(f"There is no release at {release}. Make one first: make run, or zhengxin release YEAR.")
    if not (3, 10) <= sys.version_info[:2] <= (3, 12):
        found = ".".join(map(str, sys.version_info[:2]))
        raise LaunchError(
            f"Superset runs on Python 3.10 to 3.12, this is {found}. Name one: make PYTHON=python3.12 superset."
        )
    environment = (options.environment or home / "superset" / "environment").expanduser().resolve()
    return Place(release, home / "superset", environment, options.port)


def launch(place: Place) -> None:
    place.folder.mkdir(parents=True, exist_ok=True)
    install(place)
    set_up(place)
    server = start_server(place)
    try:
        wait_until_healthy(place, server)
        import_assets(place)
        print(f"Superset is at {place.address}/superset/dashboard/county-integrity/")
        print(f"Sign in as {ADMIN}; the password is in {place.password_file}. Ctrl-C ends it.", flush=True)
        raise_if_failed(server.wait(), place)
    finally:
        stop_server(server)


def install(place: Place) -> None:
    """The environment with the pinned packages, unless it is there already."""
    stamp, digest = place.environment / "installed", digest_of(PINS)
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return
    print(f"Installing Superset into {place.environment} (some minutes the first time, 700 MB)", flush=True)
    stamp.unlink(missing_ok=True)
    venv.create(place.environment, with_pip=True)
    requirements, constraints = map(str, PINS)
    pip = [place.program("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--requirement", requirements, "--constraint", constraints], place)
    stamp.write_text(digest, encoding="ascii")


def set_up(place: Place) -> None:
    """Superset's own database with its tables and roles, and an administrator; again after another version came in."""
    stamp, digest = place.folder / "set_up", digest_of(PINS)
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return
    print("Setting Superset up", flush=True)
    for name in ("secret_key", "admin_password"):
        write_secret(place.folder / name)
    password = place.password_file.read_text(encoding="ascii").strip()
    run([place.program("superset"), "db", "upgrade"], place)
    names = ["--username", ADMIN, "--firstname", "zhengxin", "--lastname", ADMIN, "--email", "admin@localhost"]
    run([place.program("superset"), "fab", "create-admin", *names, "--password", password], place)
    run([place.program("superset"), "init"], place)
    stamp.write_text(digest, encoding="ascii")


def start_server(place: Place) -> subprocess.Popen[bytes]:
    """The web server, on this machine's own address only.

    Workers of one thread each: a process that holds one handle on a DuckDB file gets the old release for every further
    one, so queries that overlap in a process could keep a new release away; here every query opens the file anew.
    """
    require_free_port(place)
    command = [place.program("gunicorn"), "--bind", f"127.0.0.1:{place.port}", "--workers", "2", "--timeout", "300"]
    log = place.folder / "server.log"
    with log.open("wb") as output:
        return subprocess.Popen(
            [*command, "superset.app:create_app()"],
            env=place.variables(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def require_free_port(place: Place) -> None:
    """Else the server that holds the port would be taken for the one that is started here."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", place.port))
        except OSError as error:
            raise LaunchError(
                f"Port {place.port} is taken, perhaps by a Superset that runs already: open {place.address}, "
                "or name another port: make SUPERSET_PORT=8089 superset."
            ) from error


def wait_until_healthy(place: Place, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        raise_if_failed(server.poll(), place)
        if answers(place.address + "/health"):
            return
        time.sleep(0.5)
    raise LaunchError(f"Superset did not answer within {SECONDS_TO_START} s; see {place.folder / 'server.log'}.")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def raise_if_failed(status: int | None, place: Place) -> None:
    if status:
        raise LaunchError(f"Superset ended (status {status}); see {place.folder / 'server.log'}.")


def stop_server(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def import_assets(place: Place) -> None:
    """The assets of this folder, unless they are there already; changes that a person made to them are overwritten."""
    bundle = bundle_of(place.release)
    stamp, digest = place.folder / "imported", hashlib.sha256(bundle).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return
    print("Importing database, datasets, charts and dashboard", flush=True)
    client = SupersetClient(place.address, ADMIN, place.password_file.read_text(encoding="ascii").strip())
    client.import_assets(bundle)
    stamp.write_text(digest, encoding="ascii")


def bundle_of(release: Path) -> bytes:
    """The assets as the zip that Superset imports, their database at `release`; same assets, same bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(ASSETS.rglob("*.yaml")):
            text = file.read_text(encoding="utf-8")
            if file.parent.name == "databases":
                if SHIPPED_ADDRESS not in text:
                    raise LaunchError(f"{file} does not name {SHIPPED_ADDRESS}, which the release's own path replaces.")
                text = text.replace(SHIPPED_ADDRESS, json.dumps(f"duckdb:///{release}", ensure_ascii=False))
            archive.writestr(zipfile.ZipInfo(f"assets/{file.relative_to(ASSETS).as_posix()}"), text)
    return content.getvalue()


def run(command: list[str], place: Place) -> None:
    done = subprocess.run(command, env=place.variables(), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise LaunchError(f"{' '.join(command[:4])} … failed:\n{(done.stdout + done.stderr).strip()[-4000:]}")


def write_secret(path: Path) -> None:
    """A random secret that only this user reads, unless there is one already."""
    if not path.exists():
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32) + "\n")


def digest_of(files: tuple[Path, ...]) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


if __name__ == "__main__":
    main()
