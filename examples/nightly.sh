#!/usr/bin/env bash
# One night without Meltano: the tap into a loader, from where the last night ended.
#
#     nightly.sh target-jsonl
#     nightly.sh target-postgres --config target.json
#
# Run it in the folder that keeps state.json. The tap's settings come from TAP_ZENCODER_*, or
# from the file that CONFIG names. It fails when the tap or the loader fails.
set -euo pipefail

[ $# -gt 0 ] || { echo "Name the loader: $0 target-jsonl" >&2; exit 2; }

status=0
[ -e state.json ] || echo '{}' > state.json
tap-zencoder --config "${CONFIG:-ENV}" --state state.json | "$@" > states.jsonl || status=$?

# The last state that the loader printed is loaded, also in a run that failed. A line that was
# cut short is not taken.
tail -n 1 states.jsonl > state.new
if python3 -m json.tool state.new &> /dev/null; then mv state.new state.json; else rm state.new; fi
exit "$status"
