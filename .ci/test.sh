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

echo "── all the rest (it ran meanwhile)"
tail --pid="$rest" -n +1 -f "$shown"
wait "$rest"
others=$?
rest=
exit $((box > others ? box : others))
