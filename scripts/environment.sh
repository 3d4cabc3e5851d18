#!/bin/sh
# Makes .venv from the pinned requirements, or completes it: environment.sh requirements.txt | requirements-dev.txt
set -eu
cd "$(dirname "$0")/.."

pack=packs/${PACK:-newyork}/requirements.txt
[ -e "$pack" ] || pack=
# shellcheck disable=SC2086
wanted() { cat requirements.txt "$1" $pack | cksum; }
is_made() { [ -e ".venv/.complete-$1" ] && [ "$(cat ".venv/.complete-$1")" = "$(wanted "$1")" ]; }
if is_made "$1" || is_made requirements-dev.txt; then  # the latter holds all of the former
    .venv/bin/python -c '' 2>/dev/null && exit 0
fi

echo "Installing the Python packages of $1 …"
.venv/bin/python -m pip --version >/dev/null 2>&1 || "$(sh scripts/python.sh)" -m venv --clear .venv
pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install --no-input"
$pip -r "$1"
[ -z "$pack" ] || $pip --no-deps --use-pep517 --no-build-isolation -r "$pack"
wanted "$1" > ".venv/.complete-$1"
