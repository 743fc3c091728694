"""Where a period is settled: DuckDB in this process, or a Spark that is there already."""

from pathlib import Path
from typing import Any, Self

import duckdb


class DuckEngine:
    """DuckDB on one file (or in memory), within a bound of memory; what does not fit is spilled.

    Args:
        file: of the database; None for memory only.
        memory_mib: bound of what DuckDB holds in memory.
        threads: how many it may use.
    """

    def __init__(self, file: Path | None, *, memory_mib: int = 4096, threads: int = 2) -> None:
        settings: dict[str, Any] = {"memory_limit": f"{memory_mib}MiB", "threads": threads}
        self.connection = duckdb.connect(str(file or ":memory:"), config=settings)
        # The ledger is a set of rows; keeping the order of insertion costs memory for nothing.
        self.connection.execute("SET preserve_insertion_order = false")

    def keep(self, name: str, select: str) -> None:
        """Work out a select and keep its rows as a table of that name."""
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS {select}")

    def one(self, select: str) -> tuple[int, ...]:
        """The only row of a select, as whole numbers."""
        row = self.connection.execute(select).fetchone()
        return tuple(int(value) for value in row or ())

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """All rows of a select; only for what is known to be small."""
        return self.connection.execute(select).fetchall()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


class SparkEngine:
    """A Spark session; the same text, translated word by word, in decimals of 38 digits.

    Args:
        session: a `pyspark.sql.SparkSession`; it is left open.
    """

    def __init__(self, session: Any) -> None:  # noqa: ANN401  # pyspark is there only for a nation
        self.session = session
        # An overflow must stop the run, never become an empty cell.
        session.conf.set("spark.sql.ansi.enabled", "true")

    def keep(self, name: str, select: str) -> None:
        """Work out a select and keep its rows under that name."""
        rows = self.session.sql(in_spark(select)).persist()
        rows.count()
        rows.createOrReplaceTempView(name)

    def one(self, select: str) -> tuple[int, ...]:
        """The only row of a select, as whole numbers."""
        return tuple(int(value) for value in self.session.sql(in_spark(select)).first())

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """All rows of a select; only for what is known to be small."""
        return [tuple(row) for row in self.session.sql(in_spark(select)).collect()]


def in_spark(select: str) -> str:
    """The words of Spark for a select in DuckDB's: 128 bits become decimals of 38 digits."""
    import sqlglot  # noqa: PLC0415  # comes with the group `nation`

    tree = sqlglot.parse_one(select, read="duckdb")
    wide = sqlglot.exp.DataType.build("DECIMAL(38, 0)")
    for kind in list(tree.find_all(sqlglot.exp.DataType)):
        if kind.this == sqlglot.exp.DataType.Type.INT128:
            kind.replace(wide.copy())
    text: str = tree.sql(dialect="spark")
    return text
