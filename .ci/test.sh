#!/bin/bash
# The whole suite in two lanes: the box alone, the office on PostgreSQL and the longest evenings; beside them ten thousand
# runs of what may happen between box and office, and all the rest, which are shown once the first lane is done.
# Most tests wait for something, so each lane has several at work.
set -uo pipefail
cd "$(dirname "$0")/.."

# What hangs is named, long before anybody's patience ends.
export PYTEST_ADDOPTS="--timeout=400 --no-loadscope-reorder ${PYTEST_ADDOPTS:-}"
evenings=(tests/flow/test_demo.py tests/flow/test_kill.py)
model=tests/flow/test_sync_model.py
shown=$(mktemp)
rest=
trap 'rm -f "$shown"; [ -z "$rest" ] || kill -- "-$rest" 2> /dev/null' EXIT

meanwhile() {
    echo "── box, line and office: ten thousand runs of whatever may happen (they ran meanwhile)"
    .venv/bin/python -m pytest -q -n 2 "$model"
    local runs=$?
    echo "── all the rest (it ran meanwhile)"
    .venv/bin/python -m pytest -q -n 3 --dist loadfile "${@:---ignore=tests/edge}" "${evenings[@]/#/--ignore=}" \
        --ignore="$model" && return "$runs"
}
set -m  # with a group of its own, to be ended whole
meanwhile "$@" > "$shown" 2>&1 &
rest=$!
set +m
.ci/box-alone.sh
box=$?

echo "── the office with its books in PostgreSQL (make postgres: all of its tests)"
QULAQ_TEST_BOOKS=postgresql .venv/bin/python -m pytest -q tests/central/ingest/test_detections_http.py \
    tests/central/ingest/test_stock.py tests/central/ingest/test_fleet.py \
    tests/central/devices/test_keys_of_boxes.py tests/central/test_central_books.py
postgres=$?

echo "── the demo whole, and boxes killed a hundred times"
.venv/bin/python -m pytest -q "${evenings[@]}"
long=$?

tail --pid="$rest" -n +1 -f "$shown"
wait "$rest"
others=$?
rest=
for failed in "$box" "$postgres" "$long" "$others"; do
    [ "$failed" = 0 ] || exit "$failed"
done
