"""The contracts of the sources: one definition each, from which types, templates and checks come.

A source is registered by its module here, which holds its `Contract`: nothing else names it.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from orchestration.landing.contracts.definition import Column, Contract, Rule


def registered() -> dict[str, Contract]:
    """The contract of each module of this folder that has one, in the order of their `place`."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    found = {item.source: item for module in modules for item in vars(module).values() if isinstance(item, Contract)}
    return dict(sorted(found.items(), key=lambda item: (item[1].place, item[0])))


CONTRACTS: dict[str, Contract] = registered()

__all__ = ["CONTRACTS", "Column", "Contract", "Rule"]
