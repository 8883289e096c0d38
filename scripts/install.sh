#!/bin/sh
# Install WHAT into the virtual environment VENV, made with PYTHON: from the network, else from ./wheels, else say so.
# usage: sh scripts/install.sh PYTHON VENV WHAT
set -u
python=$1 venv=$2 what=$3
log=$venv/install.log

if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    echo "samantha: I need Python 3.11, 3.12 or 3.13; name one with make PYTHON=python3.12." >&2
    exit 1
fi
if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
    echo "samantha: $python can't make a virtual environment; on Debian, apt install python3-venv." >&2
    exit 1
fi
pip="$venv/bin/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt"
# Bytecode and what is kept beside it are made now, so that the first start is as quick as the next.
warm_up() {
    unset PYTHONDONTWRITEBYTECODE
    home=$(mktemp -d) || return 0
    "$venv/bin/python" -m compileall -q src >>"$log" 2>&1
    for words in hello "my sister Anna lives in Oslo" "where does my sister live?"; do
        SAMANTHA_HOME=$home XDG_CONFIG_HOME=$home PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring \
            "$venv/bin/samantha" say "$words" >>"$log" 2>&1
    done
    rm -rf "$home"
}

if $pip --retries 1 --editable "$what" >"$log" 2>&1; then
    warm_up
    exit 0
fi
if [ -d wheels ] && $pip --no-index --find-links wheels --editable "$what" >>"$log" 2>&1; then
    warm_up
    exit 0
fi
echo "samantha: installing failed, most likely for lack of a network; connect once, or put the packages into ./wheels (details: $log)." >&2
exit 1
