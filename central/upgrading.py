"""Bringing the books from any older form to the newest, step by step."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from central.database import writing
from central.errors import Unready


def upgrade(engine: Engine) -> None:
    """Bring the books to the form this program knows; two that try at once take turns.

    Cut off, it goes on where it was when it is called again: a step that has much to do does it in
    parts, each in a transaction of its own; all else is one transaction.

    Raises:
        Unready: the file is no database, cannot be written, or was written by a newer program.
    """
    steps = ScriptDirectory.from_config(migrations())
    try:
        for step in _in_parts(steps):
            _do_parts(engine, step, steps=steps)
        _upgrade_to(engine, "head", steps=steps)
    except DatabaseError as e:
        raise Unready(f"the database {engine.url.database}: {e.orig}") from e


def _upgrade_to(engine: Engine, revision: str, *, steps: ScriptDirectory) -> None:
    config = migrations()
    with writing(engine) as connection:
        _refuse_newer(connection, steps)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _in_parts(steps: ScriptDirectory) -> list[Script]:
    """The steps that do most of their work in transactions of its own, the first first."""
    return [step for step in reversed(list(steps.walk_revisions())) if hasattr(step.module, "part")]


def _do_parts(engine: Engine, step: Script, *, steps: ScriptDirectory) -> None:
    """Do a step's work but for its end, unless it is done."""
    after: int | None = 0
    while after is not None:
        with writing(engine) as connection:  # somebody else may do the same step meanwhile
            _refuse_newer(connection, steps)
            done = _done(connection, steps)
            if step.revision in done:
                return
            if step.down_revision in done:
                after = step.module.part(connection, after)
                continue
        _upgrade_to(engine, str(step.down_revision), steps=steps)


def _done(connection: Connection, steps: ScriptDirectory) -> set[str]:
    """All steps that the books have behind them."""
    heads = MigrationContext.configure(connection).get_current_heads()
    if not heads:
        return set()
    return {step.revision for step in steps.iterate_revisions(heads, "base")}


def migrations() -> Config:
    """The steps by which books come from any older form to the newest."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _refuse_newer(connection: Connection, steps: ScriptDirectory) -> None:
    known = {script.revision for script in steps.walk_revisions()}
    for revision in MigrationContext.configure(connection).get_current_heads():
        if revision not in known:
            raise Unready(
                f"the database is of revision {revision!r}, newer than this program"
                f" (it knows {max(known)!r}); run the newer program or restore a backup"
            )
