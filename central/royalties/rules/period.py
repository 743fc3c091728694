"""A whole period at once: the division of `lines` said in SQL, for any engine that counts in ints.

The text is in DuckDB's words; an engine of other words translates it. Every number in it is a whole
number of 128 bits, every division a whole one, and they come last. It reads three tables:

    uses    pool, work, use_id, milliseconds, public_domain, lessened, and of genre, character,
            placing, use_class, instrumentation and receipts those that the pack weighs by;
            work 0 and a use_id for what nobody knows, else an empty use_id
    pools   pool, amount: minor units after deductions
    parts   work, party, role, basis_points; party 0 for nobody's part

and makes the table `ledger` with the columns of `LEDGER`.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import lcm
from typing import Protocol

from central.errors import TooLarge, Unacceptable
from central.royalties.rules.figures import Figure
from central.royalties.rules.lines import (
    NOBODYS_PART,
    NOTHING_TO_PAY,
    SHARES_NOT_WHOLE,
    UNKNOWN_WORK,
    WORK_WITHOUT_SHARES,
)
from central.royalties.rules.material import WHOLE
from central.royalties.rules.pack import Band, Pack, Weights
from central.royalties.rules.weighing import UNSTATED

LEDGER = (
    "pool",
    "work",
    "use_id",
    "party",
    "role",
    "basis_points",
    "weight",
    "amount",
    "reason",
)
ROOM = 10**38  # what a DECIMAL(38, 0) holds; an INT128 holds a little more


class Engine(Protocol):
    """A database that holds the three tables."""

    def keep(self, name: str, select: str) -> None:
        """Work out a select and keep its rows as a table of that name."""

    def one(self, select: str) -> tuple[int, ...]:
        """The only row of a select, as whole numbers."""


def settle_period(
    engine: Engine, pack: Pack, *, told: Callable[[str], None] = lambda _step: None
) -> None:
    """Divide every pool of a period into the table `ledger`.

    Args:
        engine: holding `uses`, `pools` and `parts`; tables of the names below are made in it.
        pack: whose weights apply; deductions and tariffs are in the pools already.
        told: is told each step as it begins.

    Raises:
        Unacceptable: a use has no factor in the pack, or the pack's weights are not of this kind.
        TooLarge: a product could exceed 38 digits.
    """
    told("weighing uses")
    engine.keep("weighed", weighed_sql(pack.weights))
    engine.keep("totals", "SELECT pool, SUM(weight) AS weight FROM weighed GROUP BY pool")
    _require_room(engine)
    told("exact parts")
    engine.keep("wholes", _WHOLES)
    engine.keep("exact", _EXACT)
    told("units left over")
    engine.keep("left_over", _LEFT_OVER)
    told("the ledger")
    engine.keep("ledger", _LEDGER)


def _require_room(engine: Engine) -> None:
    unweighable, negative = engine.one(
        "SELECT COALESCE(MAX(unweighable), 0), COALESCE(MIN(shortest), 0) FROM weighed"
    )
    if unweighable:
        raise Unacceptable("uses have a value (genre, character …) that the pack has no factor for")
    if negative < 0:
        raise Unacceptable(f"a use lasts {negative} ms")
    (weight,) = engine.one("SELECT COALESCE(MAX(weight), 0) FROM totals")
    (amount,) = engine.one("SELECT COALESCE(MAX(ABS(amount)), 0) FROM pools")
    if amount * weight * WHOLE >= ROOM:
        raise TooLarge(f"{amount} minor units × weight {weight} × {WHOLE} exceeds 38 digits")


def weighed_sql(weights: Weights) -> str:
    """What each work, or unknown use, counts in each pool.

    Raises:
        Unacceptable: the weights depend on points of events, which `settle` reckons.
    """
    if weights.event_points is not None:
        raise Unacceptable("points of events are reckoned by settle, not for a whole period")
    product = " * ".join(
        f"CAST({term} AS HUGEINT)" for term in [_length(weights), *_factors(weights)]
    )
    return f"""
        SELECT pool, work, use_id, SUM(weight) AS weight,
               COUNT(*) - COUNT(weight) AS unweighable, MIN(milliseconds) AS shortest
        FROM (SELECT pool, work, use_id, milliseconds,
                     CASE WHEN public_domain THEN CAST(0 AS HUGEINT) ELSE {product} END AS weight
              FROM uses) AS each
        GROUP BY pool, work, use_id"""  # noqa: S608  # made of the pack's whole numbers only


def _factors(weights: Weights) -> list[str]:
    terms = [_factor(name, table) for name, table in weights.factors.items()]
    if weights.receipts:
        terms.append("receipts")
    if weights.degression is not None:
        factor = weights.degression.factor.value
        terms.append(f"CASE WHEN lessened THEN {factor.numerator} ELSE {factor.denominator} END")
    return terms


def _factor(column: str, table: Mapping[str, Figure]) -> str:
    scale = lcm(*(figure.value.denominator for figure in table.values()))
    cases = " ".join(
        f"WHEN {_quoted('' if value == UNSTATED else value)} THEN {int(figure.value * scale)}"
        for value, figure in table.items()
    )
    return f'CASE "{column}" {cases} END'  # some of these names mean something in SQL


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _length(weights: Weights) -> str:
    if weights.length == "none":
        return "1"
    if weights.length == "seconds":
        return "milliseconds"
    scale = lcm(*(_points(band).denominator for band in weights.bands))
    kinds = sorted({band.instrumentation for band in weights.bands}, reverse=True)
    cases = []
    for kind in kinds:
        tests = [f"instrumentation = {_quoted(kind)}"] if kind else []
        bands = [band for band in weights.bands if band.instrumentation == kind]
        cases += [_case(band, tests, scale) for band in bands]
    return f"CASE {' '.join(cases)} END"


def _points(band: Band) -> Fraction:
    return Fraction(band.points.value, 1000 if band.per_second else 1)


def _case(band: Band, tests: list[str], scale: int) -> str:
    ends = [] if band.to_ms is None else [f"milliseconds < {band.to_ms}"]
    points = str(int(_points(band) * scale)) + (" * milliseconds" if band.per_second else "")
    return f"WHEN {' AND '.join(tests + ends) or 'TRUE'} THEN {points}"


_WHOLES = "SELECT work, SUM(basis_points) AS points FROM parts GROUP BY work"

_EXACT = f"""
    SELECT line.pool, line.work, line.use_id, line.party, line.role, line.basis_points,
           line.weight, line.reason, line.product // line.divisor AS floor,
           line.product % line.divisor AS remainder
    FROM (SELECT weighed.pool, weighed.work, weighed.use_id,
                 COALESCE(parts.party, 0) AS party, COALESCE(parts.role, '') AS role,
                 COALESCE(parts.basis_points, {WHOLE}) AS basis_points, weighed.weight,
                 CASE WHEN weighed.work = 0 THEN '{UNKNOWN_WORK}'
                      WHEN wholes.points IS NULL THEN '{WORK_WITHOUT_SHARES}'
                      WHEN wholes.points <> {WHOLE} THEN '{SHARES_NOT_WHOLE}'
                      WHEN parts.party = 0 THEN '{NOBODYS_PART}' ELSE '' END AS reason,
                 CAST(ABS(pools.amount) AS HUGEINT) * weighed.weight
                     * CAST(COALESCE(parts.basis_points, {WHOLE}) AS HUGEINT) AS product,
                 totals.weight * CAST({WHOLE} AS HUGEINT) AS divisor
          FROM weighed
          JOIN totals ON totals.pool = weighed.pool
          JOIN pools ON pools.pool = weighed.pool
          LEFT JOIN wholes ON wholes.work = weighed.work AND weighed.work <> 0
          LEFT JOIN parts ON parts.work = weighed.work AND wholes.points = {WHOLE}
                          AND parts.basis_points > 0
          WHERE weighed.weight > 0) AS line"""  # noqa: S608  # constants of the trade

_LEFT_OVER = """
    SELECT pools.pool, pools.amount, ABS(pools.amount) - SUM(exact.floor) AS units
    FROM exact JOIN pools ON pools.pool = exact.pool
    GROUP BY pools.pool, pools.amount"""

_LEDGER = f"""
    SELECT pool, work, use_id, party, role, basis_points, weight,
           CASE WHEN total < 0 THEN -1 ELSE 1 END
               * (floor + CASE WHEN place <= units THEN 1 ELSE 0 END) AS amount, reason
    FROM (SELECT exact.pool, exact.work, exact.use_id, exact.party, exact.role,
                 exact.basis_points, exact.weight, exact.reason, exact.floor,
                 left_over.units, left_over.amount AS total,
                 ROW_NUMBER() OVER (
                     PARTITION BY exact.pool
                     ORDER BY exact.remainder DESC, exact.work, exact.use_id, exact.party,
                              exact.role, exact.basis_points) AS place
          FROM exact JOIN left_over ON left_over.pool = exact.pool) AS placed
    UNION ALL
    SELECT pools.pool, 0, '', 0, '', {WHOLE}, 0, pools.amount, '{NOTHING_TO_PAY}'
    FROM pools LEFT JOIN left_over ON left_over.pool = pools.pool
    WHERE left_over.pool IS NULL"""  # noqa: S608  # constants of the trade
