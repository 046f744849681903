"""Puts into the wheel what stands beside the package in a checkout: seeds, dbt project and dbt profile. All else that
concerns packaging stands in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = ("seeds", "dbt_project", "profiles.yml")
# What dbt leaves behind when it is called by hand in a checkout.
LEFT_OUT = shutil.ignore_patterns("target", "logs", "dbt_packages", ".user.yml", "__pycache__")


class BuildWithWhatIsShipped(build_py):
    """Copies to `orchestration/shipped`, where `orchestration.home` looks first; an editable install needs no copy."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "orchestration" / "shipped"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for name in SHIPPED:
            if Path(name).is_dir():
                shutil.copytree(name, target / name, ignore=LEFT_OUT)
            else:
                shutil.copyfile(name, target / name)


setup(cmdclass={"build_py": BuildWithWhatIsShipped})
