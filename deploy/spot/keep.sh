#!/usr/bin/env bash
# Copy the checkpoints of a clone to a mounted bucket, and delete there what the runs have deleted.
# Usage: bash deploy/spot/keep.sh CLONE STORE, both absolute. docs/scaling.md says why it copies whole files only.
runs=$1/.crossnet/runs
store=$2/runs
cd "$runs" || exit
find . -type f '(' -name run.json -o -path '*/step-*' -o -path '*/pictures/*' -mmin +1 ')' \
  -exec cp -u --parents -t "$store" {} +
cd "$store" || exit
for old in * */step-*; do
  test -e "$runs/$old" || rm -rf "$old"
done
