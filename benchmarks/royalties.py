"""What settling a nation's period costs: plays × shares to a ledger, beside merely summing them."""

import hashlib
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import click

from central.royalties.rules import shelf
from central.royalties.rules.engines import DuckEngine, SparkEngine
from central.royalties.rules.pack import Pack
from central.royalties.rules.period import LEDGER, Engine, settle_period

POOLS = 100  # payers, such as stations: a hundred with a million plays each are a nation's year
TABLES = {
    # Multiples of primes scatter plays over works, times and kinds without any dice; works of low
    # numbers are played far more often than others.
    "uses": """
        SELECT CAST((i * 7919) % {pools} AS BIGINT) AS pool,
               CAST(CASE WHEN i % 97 = 0 THEN 0
                         ELSE 1 + (((i * 104729) % 1000003) % {works}) // (1 + (i % 9) * (i % 9))
                    END AS BIGINT) AS work,
               CASE WHEN i % 97 = 0 THEN CONCAT('play-', CAST(i AS VARCHAR)) ELSE '' END AS use_id,
               CAST(1000 + (i * 15485863) % 599000 AS BIGINT) AS milliseconds,
               i % 11 = 0 AS public_domain, i % 13 = 0 AS lessened,
               CASE WHEN i % 5 = 0 THEN 'serious' WHEN i % 3 = 0 THEN 'jazz' ELSE 'popular' END
                   AS genre,
               CASE WHEN i % 4 = 0 THEN 'background' ELSE 'concrete' END AS character
        FROM plays_from_0""",
    "pools": """
        SELECT CAST(i AS BIGINT) AS pool, CAST(100000000 + i * 982451653 AS BIGINT) AS amount
        FROM pools_from_0""",
    "parts": """
        SELECT CAST(1 + i // 3 AS BIGINT) AS work, CAST(1 + (i * 7907) % 50021 AS BIGINT) AS party,
               CASE WHEN i % 3 = 0 THEN 'A' WHEN i % 3 = 1 THEN 'C' ELSE 'E' END AS role,
               CAST(CASE WHEN i % 3 = 1 THEN 3334 ELSE 3333 END AS BIGINT) AS basis_points
        FROM parts_from_0""",
}


Count = Callable[[str, int], None]  # makes a table of the numbers from 0, column i


class Bench(Engine, Protocol):
    """An engine that the bench can fill."""

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """All rows of a small select."""


@click.command()
@click.option("--plays", default=1_000_000, show_default=True, help="Rows of uses.")
@click.option("--works", default=100_000, show_default=True, help="Works, with three parts each.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb")
@click.option("--memory-mib", default=4096, show_default=True, help="DuckDB's bound.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where spilled rows go.")
def main(plays: int, works: int, engine: str, memory_mib: int, folder: Path | None) -> None:
    """Settle a synthetic period by `artisjus-radio`, its deductions taken already.

    With `--engine spark` both engines settle the same period and their ledgers are compared.
    """
    pack = shelf.pack("artisjus-radio")
    with (
        tempfile.TemporaryDirectory(dir=folder) as home,
        DuckEngine(Path(home) / "period.duckdb", memory_mib=memory_mib) as duck,
    ):
        duck.connection.execute("SET enable_progress_bar = true")
        print(f"DuckDB, {memory_mib} MiB, {plays} plays, {works} works × 3 parts, {POOLS} pools")
        _fill(duck, _count_in_duck(duck), plays=plays, works=works)
        _measured(duck, pack)
        if engine == "spark":
            _compare(pack, _digest(duck), plays=plays, works=works)


def _fill(bench: Bench, count: Count, *, plays: int, works: int) -> None:
    began = time.monotonic()
    count("plays_from_0", plays)
    count("pools_from_0", POOLS)
    count("parts_from_0", 3 * works)
    for name, select in TABLES.items():
        bench.keep(name, select.format(pools=POOLS, works=works))
    print(f"  making the tables          {time.monotonic() - began:8.1f} s (not counted)")


def _count_in_duck(duck: DuckEngine) -> Count:
    def count(name: str, rows: int) -> None:
        duck.connection.execute(f"CREATE VIEW {name} AS SELECT range AS i FROM range({rows})")  # noqa: S608  # our own

    return count


def _count_in_spark(session: Any) -> Count:  # noqa: ANN401  # pyspark is there only for a nation
    def count(name: str, rows: int) -> None:
        session.range(rows).withColumnRenamed("id", "i").createOrReplaceTempView(name)

    return count


def _measured(bench: Bench, pack: Pack) -> None:
    began = time.monotonic()
    bench.one("SELECT SUM(milliseconds), SUM(pool), SUM(work) FROM uses")
    summed = time.monotonic() - began
    began = time.monotonic()
    bench.rows("SELECT work, SUM(milliseconds) AS whole FROM uses GROUP BY work LIMIT 1")
    grouped = time.monotonic() - began
    began = time.monotonic()
    settle_period(
        bench, pack, told=lambda step: print(f"  {time.monotonic() - began:8.1f} s  {step}")
    )
    settled = time.monotonic() - began
    print(f"  merely summing the table   {summed:8.1f} s")
    print(f"  summing it by work         {grouped:8.1f} s")
    print(f"  settling it                {settled:8.1f} s")
    _check(bench)


def _check(bench: Bench) -> None:
    rows, amount = bench.one("SELECT COUNT(*), SUM(amount) FROM ledger")
    (money,) = bench.one("SELECT SUM(amount) FROM pools")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"  lines of the ledger        {rows:8}")
    print(f"  Σ ledger {amount} {'=' if amount == money else '≠'} Σ pools {money}")
    print(f"  peak memory of the process {peak:8} MiB")


def _compare(pack: Pack, ours: str, *, plays: int, works: int) -> None:
    from pyspark.sql import SparkSession  # noqa: PLC0415  # comes with the group `nation`

    builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "4g")
    quiet = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "8")
    session = quiet.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        print(f"Spark {session.version}, local mode, the same {plays} plays")
        spark = SparkEngine(session)
        _fill(spark, _count_in_spark(session), plays=plays, works=works)
        _measured(spark, pack)
        theirs = _digest(spark)
    finally:
        session.stop()
    print(f"ledgers {'identical' if ours == theirs else 'DIFFERENT'}: {ours} {theirs}")
    if ours != theirs:
        raise click.ClickException("the two engines made different ledgers")


def _digest(bench: Bench) -> str:
    digest = hashlib.sha256()
    columns = ", ".join(LEDGER)
    for row in sorted(
        (*map(int, row[:2]), row[2], int(row[3]), row[4], *map(int, row[5:8]), row[8])
        for row in bench.rows(f"SELECT {columns} FROM ledger")  # noqa: S608  # names of our own
    ):
        digest.update(repr(row).encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
