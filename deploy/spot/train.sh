#!/usr/bin/env bash
# Train on a machine that may be taken away, and keep checkpoints and results in a mounted bucket.
# Usage: bash deploy/spot/train.sh STORE [OPTIONS OF dvc exp run], in a clone after `make install`.
store=$1
shift
cd "$(dirname "$0")/../.." && . .venv/bin/activate || exit
mkdir -p "$store/runs" .crossnet && cp -r "$store/runs" .crossnet || exit
while sleep 60; do bash deploy/spot/keep.sh "$PWD" "$store"; done &
dvc exp run "$@" && cp -r reports data/model "$store"
status=$?
kill $!
bash deploy/spot/keep.sh "$PWD" "$store"
exit $status
