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
    config = migrations()
    try:
        for step in _in_parts(config):
            _do_parts(engine, config, step)
        _upgrade_to(engine, config, "head")
    except DatabaseError as e:
        raise Unready(f"the database {engine.url.database}: {e.orig}") from e


def _upgrade_to(engine: Engine, config: Config, revision: str) -> None:
    with writing(engine) as connection:
        _refuse_newer(connection, config)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _in_parts(config: Config) -> list[Script]:
    """The steps that do most of their work in transactions of its own, the first first."""
    every = list(ScriptDirectory.from_config(config).walk_revisions())
    return [step for step in reversed(every) if hasattr(step.module, "part")]


def _do_parts(engine: Engine, config: Config, step: Script) -> None:
    """Do a step's work but for its end, unless it is done."""
    after: int | None = 0
    while after is not None:
        with writing(engine) as connection:  # somebody else may do the same step meanwhile
            _refuse_newer(connection, config)
            if step.revision in _done(connection, config):
                return
            if step.down_revision in _done(connection, config):
                after = step.module.part(connection, after)
                continue
        _upgrade_to(engine, config, str(step.down_revision))


def _done(connection: Connection, config: Config) -> set[str]:
    """All steps that the books have behind them."""
    heads = MigrationContext.configure(connection).get_current_heads()
    if not heads:
        return set()
    steps = ScriptDirectory.from_config(config).iterate_revisions(heads, "base")
    return {step.revision for step in steps}


def migrations() -> Config:
    """The steps by which books come from any older form to the newest."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _refuse_newer(connection: Connection, config: Config) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    for revision in MigrationContext.configure(connection).get_current_heads():
        if revision not in known:
            raise Unready(
                f"the database is of revision {revision!r}, newer than this program"
                f" (it knows {max(known)!r}); run the newer program or restore a backup"
            )
