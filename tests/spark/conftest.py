"""A Spark of its own: an environment beside this one with the extra `spark`, and a cluster on loopback.

pyspark has some 450 MB, so it is installed by the first test that wants it, unless ZHENGXIN_SPARK_ENVIRONMENT names an
environment that has it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.home import Home, project_root

SECONDS_TO_INSTALL = 1200
SECONDS_TO_START = 120
PINNED = ("dbt-spark", "pyspark")
WORKERS = 2
# What two machines of a laptop's size would have left beside everything else.
SETTINGS = """
spark.driver.memory 1g
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.executor.memory 700m
spark.executor.cores 1
spark.sql.shuffle.partitions 8
"""


@dataclass(frozen=True)
class Spark:
    """A cluster, and the environment from which it is used."""

    environment: Path
    master: str
    variables: dict[str, str]

    def count(self, home: Home) -> str:
        """`zhengxin spark` on this cluster; what it said."""
        done = subprocess.run(
            [str(self.environment / "bin" / "python"), "-m", "orchestration.cli", "--home", str(home.root), "spark",
             "--master", self.master],
            env=self.variables,
            cwd=project_root(),
            capture_output=True,
            text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def spark_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with dbt-spark and pyspark, in which all that this one has can be imported too."""
    named = os.environ.get("ZHENGXIN_SPARK_ENVIRONMENT")
    if named:
        return Path(named)
    folder = tmp_path_factory.mktemp("spark") / "environment"
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    # As for Superset, the one thing that needs a network; what is installed then runs without.
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--constraint",
         str(project_root() / "constraints.txt"), *PINNED],
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        check=True,
        timeout=SECONDS_TO_INSTALL,
    )  # fmt: skip
    (packages,) = (folder / "lib").glob("python*/site-packages")
    beside = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "beside.pth").write_text("\n".join(beside) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def cluster(spark_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    """A standalone cluster: a master and two workers, each a process of its own with little memory."""
    if not shutil.which("java"):
        pytest.skip("no Java on this machine: Spark needs Java 17")
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "spark-defaults.conf").write_text(SETTINGS, encoding="ascii")
    python = str(spark_environment / "bin" / "python")
    found = "import pyspark, os; print(os.path.dirname(pyspark.__file__))"
    spark_home = subprocess.run([python, "-c", found], capture_output=True, text=True, check=True).stdout.strip()
    variables = os.environ | {
        "SPARK_HOME": spark_home,
        # What the shell scripts of a full distribution find out for their workers.
        "SPARK_SCALA_VERSION": "2.13",
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
    }
    port = free_port()
    master = f"spark://127.0.0.1:{port}"
    with ExitStack() as processes:
        start = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(free_port())]
        log = processes.enter_context(daemon(folder, variables, "master.Master", *start))
        wait_for(log, "New state: ALIVE")
        for number in range(WORKERS):
            start = ["--host", "127.0.0.1", "--webui-port", str(free_port()), "--cores", "1", "--memory", "900m"]
            work = str(folder / f"worker{number}")
            log_of_worker = processes.enter_context(
                daemon(folder, variables, "worker.Worker", *start, "--work-dir", work, master)
            )
            wait_for(log_of_worker, "Successfully registered with master")
        yield Spark(spark_environment, master, variables)


@contextmanager
def daemon(folder: Path, variables: dict[str, str], name: str, *arguments: str) -> Iterator[Path]:
    """A process of the cluster while the context lasts; its log."""
    log = folder / f"{name}.{len([*folder.glob('*.log')])}.log"
    jars = Path(variables["SPARK_HOME"]) / "jars" / "*"
    command = ["java", "-Xmx256m", "-cp", f"{folder}:{jars}", f"org.apache.spark.deploy.{name}", *arguments]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield log
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(log: Path, words: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while words not in (said := log.read_text(encoding="utf-8")):
        assert time.monotonic() < deadline, said
        time.sleep(0.5)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
