"""The results as tables: targets, other systems, and what the ear reaches."""

from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.targets import Group, Targets

Row = dict[str, Any]


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown, padded so that it also reads well as it is."""
    lines = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    padded = [
        "| " + " | ".join(f"{cell:<{w}}" for cell, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([padded[0], rule, *padded[1:]])


def clips_table(targets: Targets, clips: Sequence[Row], catalogue: str) -> str:
    """Targets, ours and the best of the others, condition by condition."""
    lengths = (5, 10, 20, 30)
    head = ["condition"]
    for seconds in lengths:
        head += [f"{seconds} s: target", "ours"]
    rows = [_group_row(group, clips, catalogue, lengths) for group in targets.groups]
    head += [f"{name} 10 s" for name in targets.peers]
    rows = [row + list(group.peers) for row, group in zip(rows, targets.groups, strict=True)]
    rows.append(_summary("unknown music accepted", clips, lengths, "accepted", "unknown"))
    rows[-1] += targets.found["unknown"]
    rows.append(
        _summary("… that shares sound with what is told", clips, lengths, "shared", "unknown")
    )
    rows[-1] += [""] * len(targets.peers)
    rows.append(_summary("a wrong recording first", clips, lengths, "wrong", "known"))
    rows[-1] += targets.found["wrong"]
    return table(head, rows)


def conditions_table(targets: Targets, clips: Sequence[Row]) -> str:
    """Every condition by itself, with the number of its clips and how many places are right."""
    lengths = (5, 10, 20, 30)
    head = ["condition", "clips", *(f"{s} s" for s in lengths), "place right", "seconds covered"]
    rows = []
    for condition in (name for group in targets.groups for name in group.conditions):
        own = [row for row in clips if row["condition"] == condition]
        count = max(sum(row["known"] for row in own if row["seconds"] == s) for s in lengths)
        shares = [rate([r for r in own if r["seconds"] == s], "found", "known") for s in lengths]
        rows.append(
            [condition, count, *shares, rate(own, "placed", "found"),
             rate(own, "covered", "sounded")]
        )  # fmt: skip
    return table(head, rows)


def rate(rows: Iterable[Row], part: str, whole: str) -> str:
    """Per cent of a whole, over several cells; empty if there is nothing."""
    rows = list(rows)
    total = sum(row[whole] for row in rows)
    return percent(sum(row[part] for row in rows) / total) if total else ""


def percent(share: float) -> str:
    """A share in per cent, to a tenth."""
    return f"{100 * share:.1f}".removesuffix(".0")


def _group_row(
    group: Group, clips: Sequence[Row], catalogue: str, lengths: Sequence[int]
) -> list[object]:
    own = [row for row in clips if row["condition"] in group.conditions]
    row: list[object] = [group.name]
    for seconds in lengths:
        bar = group.bars(catalogue).get(seconds)
        share = rate([r for r in own if r["seconds"] == seconds], "found", "known")
        missed = bool(bar and share and float(share) < bar[0])
        row += [_arrow(bar), f"{share} ✗" if missed else share]
    return row


def _arrow(bar: tuple[float, float] | None) -> str:
    if bar is None:
        return ""
    return f"{bar[0]:g}" if bar[0] == bar[1] else f"{bar[0]:g} → {bar[1]:g}"


def _summary(
    name: str, clips: Sequence[Row], lengths: Sequence[int], part: str, whole: str
) -> list[object]:
    row: list[object] = [f"{name} (of {sum(r[whole] for r in clips)})"]
    for seconds in lengths:
        own = [r for r in clips if r["seconds"] == seconds]
        row += ["0" if part == "accepted" else "", rate(own, part, whole)]
    return row


def evenings_table(targets: Targets, seen: Row) -> str:
    """Events, seconds and boundaries of evenings, beside the other systems."""
    front, back = seen["foreground"], seen["background"]
    both = [front, back]
    found, seconds = "found", "attributed"
    rows: list[list[object]] = [
        ["events of 10 s and longer found, %", "", rate(both, found, "events"), "events"],
        ["of those in the foreground", "≥ 97", rate([front], found, "events"), ""],
        ["of those under dialogue", "≥ 90", rate([back], found, "events"), ""],
        ["seconds of known music attributed, %", "≥ 94", rate(both, seconds, "seconds"), "seconds"],
        ["of those in the foreground", "", rate([front], seconds, "seconds"), "foreground"],
        ["of those under dialogue", "", rate([back], seconds, "seconds"), "background"],
        ["detections that are right, %", "", rate([seen], "right", "detections"), "right"],
        ["seconds attributed wrongly, an hour", "≤ 5", round(seen["wrong"] / seen["hours"], 1),
         "wrong"],
        ["… while a piece with the same sound plays", "", round(seen["shared"] / seen["hours"], 1),
         ""],
    ]  # fmt: skip
    table_rows = [row[:3] + list(targets.evenings.get(str(row[3]), [""] * 4)) for row in rows]
    table_rows += [edges(kind, both, kind) + [""] * 4 for kind in ("start", "end")]
    return table(["", "target", "ours", *targets.peers], table_rows)


def edges(name: str, tallies: Iterable[Row], kind: str) -> list[object]:
    """How far beginnings or ends are off: the share within a second, and the median."""
    errors = sorted(abs(error) for tally in tallies for error in tally[f"{kind}_errors"])
    if not errors:
        return [f"{name} within 1 s, %; median", "≥ 85; ≤ 0.2 s", ""]
    near = sum(error <= 1.0 for error in errors) / len(errors)
    middle = errors[len(errors) // 2]
    return [f"{name} within 1 s, %; median", "≥ 85; ≤ 0.2 s", f"{percent(near)}; {middle:.2f} s"]


def moments_table(seconds: Row) -> str:
    """Whether seconds are taken for what they are."""
    judged, music = seconds["judged"], seconds["music"]
    rows = [
        ["music or not, by the sound alone, %", "", rate([seconds], "right", "judged"), judged],
        ["… and by what was recognised, %", "≥ 95", rate([seconds], "with_detections", "judged"),
         judged],
        ["in front or behind, %", "≥ 90", rate([seconds], "placed", "music"), music],
    ]  # fmt: skip
    return table(["", "target", "ours", "seconds"], rows)


def cost_table(costs: Sequence[Row]) -> str:
    """Processor time, memory and size in catalogues of growing size."""
    head = ["recordings", *(f"{cost['recordings']:,}" for cost in costs)]
    rows: list[list[str]] = [
        ["unknown music, all told, ms a second (≤ 15 at 100,000)"]
        + [_ms(cost["unknown"], "hearing", "judging", "detecting") for cost in costs],
        ["… of which detecting"] + [_ms(cost["unknown"], "detecting") for cost in costs],
        ["… of which is it music"] + [_ms(cost["unknown"], "judging") for cost in costs],
        ["… the slowest second, ms"] + [f"{1000 * c['unknown']['slowest']:.0f}" for c in costs],
        ["… read from the disk for it, MB a second of sound"]
        + [f"{c['unknown']['read'] / c['unknown']['sound'] / 1e6:.2f}" for c in costs],
        ["a recording followed, detecting, ms a second (≤ 2)"]
        + [_ms(cost["followed"], "detecting") for cost in costs],
        ["index, kB for 210 s of recording (≤ 25)"]
        + [f"{cost['bytes'] / cost['hours'] / 3600 * 0.21:.1f}" for cost in costs],
        ["memory beside the mapped index, MB (≤ 300)"] + [f"{c['held_mb']:.0f}" for c in costs],
        ["fingerprinting decoded references, × real time (≥ 400)"]
        + [f"{cost['learning']:.0f}" for cost in costs],
    ]
    return table(head, rows)


def foreign_table(seen: Row) -> str:
    """What was made of sound that is not in the catalogue."""
    rows: list[list[object]] = [
        ["recordings in the catalogue", f"{seen['recordings']:,}"],
        ["hours heard", seen["hours"]],
        ["detections", seen["detections"]],
        ["… of these, shared material: the piece sounds in the recording reported", seen["shared"]],
        ["detections a month at most, 95 % sure, by counting", seen["at_most_a_month"]],
    ]
    if "expected_a_month" in seen:
        apart = seen["apart"]
        share = percent(apart["minutes"] / seen["minutes"])
        rows += [
            ["expected a month, by extreme values (≤ 0.2)", seen["expected_a_month"]],
            [
                f"… of other soundtracks than the answer, {share} % of minutes",
                apart["expected_a_month"],
            ],
        ]
    return table(["", ""], rows)


def _ms(spent: Row, *parts: str) -> str:
    total = sum(spent[part] for part in parts)
    return f"{1000 * total / spent['sound']:.1f}" if spent["sound"] else ""
