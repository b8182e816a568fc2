#!/usr/bin/env bash
# One nightly sync without Meltano: the tap into a loader, from the saved state on.
#
#     nightly.sh target-jsonl
#     nightly.sh target-postgres --config target.json
#
# The tap's settings come from TAP_ZENCODER_*, or from the file CONFIG. CATALOG may name a
# catalog. FOLDER (default: zencoder-data) keeps state.json; the loader runs in it, so
# target-jsonl writes its files there. Only you can read what it holds.
#
# The exit status is not 0 if the tap or the loader fails. SIGTERM and Ctrl-C end both.
set -euo pipefail
umask 077

[ $# -gt 0 ] || { echo "Name the loader: $0 target-jsonl" >&2; exit 2; }

# Paths of files become absolute, since the loader runs in FOLDER.
absolute() { if [[ $1 != /* && -f $1 ]]; then echo "$PWD/$1"; else echo "$1"; fi; }
loader=()
for word in "$@"; do loader+=("$(absolute "$word")"); done
tap=(tap-zencoder --config "$(absolute "${CONFIG:-ENV}")" --state state.json)
[ -z "${CATALOG:-}" ] || tap+=(--catalog "$(absolute "$CATALOG")")

mkdir -p "${FOLDER:=zencoder-data}"
cd "$FOLDER"
[ -s state.json ] || echo '{}' > state.json
rm -f pipe
mkfifo pipe
trap 'rm -f pipe' EXIT
status=0 ended=0 tap_id= loader_id=
stop() { status=$1; kill "$tap_id" "$loader_id" 2> /dev/null || true; }
trap 'stop 130' INT
trap 'stop 143' TERM
"${tap[@]}" > pipe & tap_id=$!
"${loader[@]}" < pipe > states.jsonl & loader_id=$!

wait "$tap_id" || ended=$?
wait "$loader_id" || ended=$?
wait
[ "$status" != 0 ] || status=$ended

# What came before the last state that the loader printed is loaded, also if the run failed.
# `read` leaves out a line that was cut short.
state=
while IFS= read -r line; do [[ $line != "{"*"}" ]] || state=$line; done < states.jsonl
if [ -n "$state" ]; then
    echo "$state" > state.new
    mv state.new state.json
elif [ "$status" = 0 ]; then
    echo "The loader printed no state, so the next run would begin where this one did." >&2
    status=1
fi
exit "$status"
