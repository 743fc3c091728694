"""Money never meets a binary fraction: the room's own syntax is the witness."""

import ast
from pathlib import Path

import pytest

import central.royalties

MODULES = sorted(Path(central.royalties.__file__).parent.rglob("*.py"))


def floats_in(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield f"line {node.lineno}: the literal {node.value}"
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield f"line {node.lineno}: a true division"
        elif isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            if name in {
                "float",
                "Float",
                "Double",
                "REAL",
                "total_seconds",
                "fsum",
                "math",
                "sqrt",
                "log",
            }:
                yield f"line {node.lineno}: {name}"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_no_float_is_written_in_the_room_of_royalties(module):
    assert list(floats_in(ast.parse(module.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("planted", ["x = 0.5", "x = a / b", "x /= 2", "x = float(a)"])
def test_a_planted_float_is_found(planted):
    assert len(list(floats_in(ast.parse(planted)))) == 1
