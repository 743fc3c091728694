#!/bin/bash
# The box without the office: its tests, in a copy without central/ and with the box's packages only.
# The bench is in it, since some of these tests play a stick's whole way.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "── the box alone: a copy without central/, demo/ and benchmarks/"
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r edge provisioning systemd pyproject.toml uv.lock README.md "$copy"
mkdir -p "$copy/tests"
cp -r tests/edge tests/fakes "$copy/tests"
find tests -maxdepth 1 -type f -exec cp {} "$copy/tests" \;
tools=$PWD/.tools
cd "$copy"
UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=$copy/.venv \
    "$tools/bin/uv" sync --frozen --quiet --no-editable --extra edge --extra tpm --group dev
.venv/bin/python -c 'import importlib.util as u; assert u.find_spec("central") is None'
.venv/bin/python -m pytest -q -n 2 --dist loadfile tests/edge
