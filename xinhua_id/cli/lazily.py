"""Commands whose modules are imported when they are asked for: no command waits for what another one needs.

Knows no command.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import typer
from typer.core import TyperGroup


def group_of(modules: Mapping[str, str]) -> type[TyperGroup]:
    """Return a group of commands, in their order, by the modules whose ``register`` adds them."""

    class Lazily(TyperGroup):
        # Typed loosely: some versions of Typer bring a click of their own.
        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 (click's)
            return list(modules)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 (click's)
            if cmd_name in modules and cmd_name not in self.commands:
                self.commands[cmd_name] = _loaded(modules[cmd_name], cmd_name)
            return self.commands.get(cmd_name)

    return Lazily


def _loaded(module: str, name: str) -> Any:
    alone = typer.Typer(rich_markup_mode="markdown", add_completion=False)
    register: Any = importlib.import_module(module).register
    register(alone)
    return typer.main.get_group(alone).commands[name]
