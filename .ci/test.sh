#!/bin/bash
# The whole suite: the box alone, and beside it all the rest, which is shown from its beginning once the box is done.
set -uo pipefail
cd "$(dirname "$0")/.."

shown=$(mktemp)
rest=
trap 'rm -f "$shown"; [ -z "$rest" ] || kill "$rest" 2> /dev/null' EXIT

.venv/bin/python -m pytest "${@:---ignore=tests/edge}" > "$shown" 2>&1 &
rest=$!
.ci/box-alone.sh
box=$?

echo "── the office with its books in PostgreSQL (make postgres: all of its tests)"
QULAQ_TEST_BOOKS=postgresql .venv/bin/python -m pytest -q tests/central/ingest/test_detections_http.py \
    tests/central/ingest/test_stock.py tests/central/ingest/test_fleet.py \
    tests/central/devices/test_keys_of_boxes.py tests/central/test_central_books.py
postgres=$?

echo "── all the rest (it ran meanwhile)"
tail --pid="$rest" -n +1 -f "$shown"
wait "$rest"
others=$?
rest=
[ "$postgres" = 0 ] || exit "$postgres"
exit $((box > others ? box : others))
