"""Reading a rule pack from TOML: nothing is guessed, nothing unknown is let pass."""

import hashlib
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from central.royalties.rules.changing import changed
from central.royalties.rules.entries import Notes, Table
from central.royalties.rules.figures import Figure
from central.royalties.rules.pack import (
    ATTRIBUTES,
    SHAPES,
    Band,
    Deduction,
    Degression,
    EventPoints,
    GrandRight,
    Pack,
    PackError,
    Tariff,
    Weights,
)

BASES = ("whole_programme", "pro_rata_protected", "named_by_licence")


def read_pack(text: str, *, file: str, changes: Mapping[str, str] | None = None) -> Pack:
    """Read a pack.

    Args:
        text: TOML.
        file: its name, for errors.
        changes: other values for single figures, by the figure's key, to try what would be.

    Raises:
        PackError: it is not TOML, a key is unknown, missing or holds a wrong value, or there is no
            figure to be changed under a key.
    """
    try:
        rows = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{file}: not TOML: {error}") from error
    if changes:
        rows = changed(rows, changes, file=file)
        text += "".join(f"\n# changed: {key} = {changes[key]}" for key in sorted(changes))
    notes = Notes(file, _sources(rows, file))
    top = Table(rows, path="", notes=notes)
    top.get("sources")
    pack = _pack(top, digest=hashlib.sha256(text.encode()).hexdigest())
    top.close()
    _require_shape(pack, top)
    return pack


def _sources(rows: dict[str, Any], file: str) -> dict[str, str]:
    sources = rows.get("sources", {})
    if not isinstance(sources, dict) or not all(isinstance(s, str) for s in sources.values()):
        raise PackError(f"{file}: sources is {sources!r}; a table of texts is wanted")
    return sources


def _pack(top: Table, *, digest: str) -> Pack:
    head = top.table("pack") or top.refuse("pack", "a table [pack] is wanted")
    pool = top.table("pool") or Table({}, path="pool", notes=top.notes)
    end = top.table("payout") or Table({}, path="payout", notes=top.notes)
    identity = head.text("id")
    made = Pack(
        id=identity,
        family=head.text("family", identity),
        version=head.text("version"),
        title=head.text("title"),
        society=head.text("society"),
        currency=head.text("currency"),
        valid_from=head.day("valid_from") or head.refuse("valid_from", "a first day is wanted"),
        valid_to=head.day("valid_to"),
        shape=head.choice("shape", tuple(SHAPES)),
        digest=digest,
        pool_by=pool.choice("by", ("event", "payer", "category", "all"), "event"),
        split_by_receipts=pool.flag("split_by_receipts"),
        carry_missing=pool.flag("carry_missing"),
        weights=_weights(top.table("weights")),
        point_value=_maybe(pool, "point_value", "money"),
        tariffs={kind: _tariff(kind, row) for kind, row in top.tables("tariffs")},
        deductions=tuple(_deduction(row) for row in top.list("deductions")),
        legal_cap=_maybe(pool, "legal_cap_percent", "percent"),
        analogy=top.figures("analogy", percent=True),
        default_parts=_default_parts(top),
        grand_rights=tuple(_grand_right(row) for row in top.list("grand_rights")),
        threshold=_maybe(end, "threshold", "money"),
        claim_months=_maybe(end, "claim_months", "number"),
        redistribution=end.choice("redistribution", ("same-event", "same-pool"), "same-pool"),
        figures=tuple(top.notes.figures),
    )
    for table in (head, pool, end):
        table.close()
    _require_days(made, head)
    return made


def _maybe(table: Table, key: str, kind: str) -> Figure | None:
    if table.get(key) is None:
        return None
    figure: Figure = getattr(table, kind)(key)
    return figure


def _tariff(kind: str, row: Table) -> Tariff:
    measure = row.choice("measure", ("receipts", "flat", "seats", "screens", "attendance"))
    unit = _maybe(row, "unit", "money")
    if measure == "receipts":
        rate = row.percent("percent")
    else:
        rate = row.number("units") if unit else row.money("amount")
    made = Tariff(
        kind=kind,
        label=row.text("label"),
        measure=measure,
        rate=rate,
        unit=unit,
        minimum=_maybe(row, "minimum", "money"),
        cap=_maybe(row, "cap", "money"),
        waived=row.flag("minimum_waived_if_reported"),
        monthly=row.flag("monthly"),
        basis=row.choice("basis", BASES, "whole_programme"),
    )
    row.close()
    return made


def _deduction(row: Table) -> Deduction:
    partners = row.figures("partners", percent=True)
    made = Deduction(
        name=row.text("name"),
        base=row.text("base"),
        rate=row.percent("percent"),
        cap=_maybe(row, "cap", "money"),
        partners=partners,
        by_rightholder=bool(partners),
    )
    row.close()
    return made


def _weights(table: Table | None) -> Weights:
    if table is None:
        return Weights()
    bands = tuple(sorted((_band(row) for row in table.list("bands")), key=_band_order))
    made = Weights(
        length=table.choice("length", ("seconds", "bands", "none"), "seconds"),
        bands=bands,
        factors={name: table.figures(name) for name in ATTRIBUTES if table.get(name)},
        receipts=table.flag("times_receipts"),
        degression=_degression(table.table("degression")),
        event_points=_event_points(table.table("event_points")),
    )
    if (made.length == "bands") != bool(bands):
        table.refuse("length", "'bands' goes with tables [[weights.bands]], and they with it")
    _require_bands(table, bands)
    table.close()
    return made


def _band_order(band: Band) -> tuple[str, int]:
    return band.instrumentation, band.from_ms


def _band(row: Table) -> Band:
    row.text("name")
    per_second = row.get("points_per_second") is not None
    ends = row.get("to_seconds")
    made = Band(
        from_ms=int(row.seconds("from_seconds").value),
        to_ms=None if ends is None else int(row.seconds("to_seconds").value),
        points=row.number("points_per_second" if per_second else "points"),
        per_second=per_second,
        instrumentation=row.text("instrumentation", "any").replace("any", ""),
    )
    row.close()
    return made


def _require_bands(table: Table, bands: tuple[Band, ...]) -> None:
    for kind in sorted({band.instrumentation for band in bands}):
        edge: int | None = 0
        for band in (b for b in bands if b.instrumentation == kind):
            if band.from_ms != edge:
                table.refuse("bands", f"one of {kind or 'any'} must begin at {edge} ms")
            edge = band.to_ms
        if edge is not None:
            table.refuse("bands", f"the last of {kind or 'any'} must have no to_seconds")


def _degression(row: Table | None) -> Degression | None:
    if row is None:
        return None
    made = Degression(
        characters=frozenset(row.words("characters")),
        shorter_than=row.seconds("shorter_than_seconds"),
        beyond=row.number("beyond"),
        factor=row.number("factor"),
    )
    row.close()
    return made


def _event_points(row: Table | None) -> EventPoints | None:
    if row is None:
        return None
    made = EventPoints(
        round_up_to=row.number("round_up_to"),
        minimum=row.number("minimum"),
        maximum=row.number("maximum"),
        shortest=row.seconds("shortest_seconds"),
        individually_from=_maybe(row, "individually_from", "money"),
        repeated_from=_maybe(row, "repeated_from", "number"),
        repeated_factor=_maybe(row, "repeated_factor", "number"),
    )
    row.close()
    return made


def _default_parts(top: Table) -> dict[str, dict[str, Figure]]:
    outer = top.table("parts")
    if outer is None:
        return {}
    patterns = {name: outer.figures(name, percent=True) for name in outer.rows}
    for name, figures in patterns.items():
        if sum(figure.value for figure in figures.values()) > 1:
            outer.refuse(name, "its parts sum to more than 100 percent")
    return patterns


def _grand_right(row: Table) -> GrandRight:
    made = GrandRight(
        kind=row.text("name"),
        roles=row.figures("roles", percent=True),
    )
    row.close()
    return made


def _require_days(pack: Pack, head: Table) -> None:
    if pack.valid_to is not None and pack.valid_to < pack.valid_from:
        head.refuse("valid_to", f"it lies before valid_from, {pack.valid_from}")


def _require_shape(pack: Pack, top: Table) -> None:
    taken: set[str] = {"gross", "remainder"}
    for deduction in pack.deductions:
        if deduction.base not in taken:
            top.refuse("deductions", f"{deduction.base!r} is not one of {', '.join(sorted(taken))}")
        taken.add(f"after:{deduction.name}")
    for wanted, shape, is_there in (
        ("[weights.placing] with half credits", "credits", "placing" in pack.weights.factors),
        (
            "pool.split_by_receipts or weights.times_receipts",
            "box-office",
            pack.split_by_receipts or pack.weights.receipts,
        ),
        ("[analogy] with percentages that sum to 100", "analogy", _is_whole(pack)),
        ("[parts]", "shares", bool(pack.default_parts)),
    ):
        if pack.shape == shape and not is_there:
            top.refuse("pack", f"a pack of shape {shape!r} needs {wanted}")


def _is_whole(pack: Pack) -> bool:
    return sum(figure.value for figure in pack.analogy.values()) == 1
