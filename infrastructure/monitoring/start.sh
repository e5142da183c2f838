#!/usr/bin/env bash
# Installs what is missing, builds, starts the monitoring and the reference app, and verifies them.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$root"

usage() {
    cat <<'USAGE'
usage: infrastructure/monitoring/start.sh [OPTION ...]

Installs what is missing (Debian's packages as root, Python's into .venv), builds, starts the
monitoring with the reference app, verifies it, and prints the addresses. What is there already is
left as it is: a second run takes seconds.

  --install-only    install and build, start nothing
  --dev             also what the tests need
  --without-app     the monitoring alone, without the reference app
  --data DIR        data folder (default: see `whiteroom up --help`)
  --port-offset N   add N to every port, for a second stack beside the first
  --stop            stop what a former run started (with the same --data and --port-offset)
  --help            this text

Colour and progress appear on a terminal only. Exit status: 0 all is verified, 1 failure, 2 usage.
USAGE
}

wrong_usage() {
    printf 'start.sh: %s\n' "$1" >&2
    usage >&2
    exit 2
}

action=start
dev=no
where=()
app=()
while [ $# -gt 0 ]; do
    case "$1" in
        --install-only) action=install ;;
        --stop) action=stop ;;
        --dev) dev=yes ;;
        --without-app) app=(--without-app) ;;
        --data | --port-offset)
            [ $# -ge 2 ] || wrong_usage "$1 needs a value"
            where+=("$1" "$2")
            shift
            ;;
        --help | -h) usage; exit 0 ;;
        *) wrong_usage "unknown option $1" ;;
    esac
    shift
done

bold=
plain=
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\033[1m'
    plain=$'\033[0m'
fi
step() { printf '%s== %s%s (%d s)\n' "$bold" "$1" "$plain" "$SECONDS"; }
note() { printf '   %s\n' "$*"; }
fail() {
    printf 'start.sh: %s\n' "$1" >&2
    exit 1
}

if [ "$action" = stop ]; then
    [ -x .venv/bin/whiteroom ] || { echo 'nothing is installed, so nothing runs'; exit 0; }
    exec .venv/bin/whiteroom down "${where[@]}"
fi

# --- Debian's packages -----------------------------------------------------------------------------

is_installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; }

python_is_whole() {
    python3 - <<'PYTHON' 2>/dev/null
import ensurepip, pathlib, sys, sysconfig, venv
sys.exit(not (pathlib.Path(sysconfig.get_path("include")) / "Python.h").is_file())
PYTHON
}

# The packages that are wanted, one a line with what is lost without it. The components of the stack
# name theirs; asking them takes a python3, which may be missing itself.
readonly python_loss='nothing can be installed'
wanted_packages() {
    local options=(--components reference_app/components)
    [ "$dev" = no ] || options+=(--dev)
    PYTHONPATH=src python3 -S -m whiteroom_monitoring.deploy.packages "${options[@]}" || return
    python_is_whole || printf '%s\t%s\n' python3-venv "$python_loss" python3-dev "$python_loss"
}
python_is_recent() { python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# Debian starts a service when its package is installed, unless this file forbids it.
readonly policy=/usr/sbin/policy-rc.d
forbid_services() {
    [ ! -e "$policy" ] || return 0
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
}

apt() { DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"; }

install_packages() {
    local log
    log="$(mktemp)"
    note "apt: $*"
    forbid_services
    # A source that does not answer is no reason to stop: the packages may come from another.
    apt update >"$log" 2>&1 || note "apt-get update had problems; going on"
    if ! apt install -y --no-install-recommends "$@" >>"$log" 2>&1; then
        tail -n 20 "$log" >&2
        fail "apt-get could not install: $* (all that it said: $log)"
    fi
    rm -f "$log"
}

may_install() { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; }

step 'packages'
if ! command -v python3 >/dev/null; then
    may_install || fail "Python 3.11 or later is needed; found none (Debian: apt-get install python3-venv python3-dev)"
    install_packages python3 python3-venv python3-dev
fi
python_is_recent || fail "Python 3.11 or later is needed; found $(python3 --version 2>&1)"
list="$(wanted_packages)" || fail 'the list of packages could not be made, as said above'
declare -A loss=()
wanted=()
while IFS=$'\t' read -r package lost; do
    wanted+=("$package")
    loss[$package]=$lost
done <<<"$list"
missing=()
if command -v dpkg-query >/dev/null; then
    for package in "${wanted[@]}"; do is_installed "$package" || missing+=("$package"); done
else
    note "no dpkg here: expecting what these packages of Debian hold: ${wanted[*]}"
fi
if [ ${#missing[@]} -eq 0 ]; then
    note 'nothing is missing'
elif may_install; then
    install_packages "${missing[@]}"
else
    note 'missing, and only root can install:'
    for package in "${missing[@]}"; do note "  $package: without it, ${loss[$package]}"; done
    note "as root: apt-get install --no-install-recommends ${missing[*]}"
fi

# --- Python ----------------------------------------------------------------------------------------

step 'Python packages into .venv'
[ -x .venv/bin/python ] || python3 -m venv .venv ||
    fail 'python3 -m venv failed (Debian: apt-get install python3-venv)'

# What the installation depends on. Of Python modules it is the names alone: the package is editable,
# and the installation knows where each module is.
fingerprint() {
    {
        echo "$root"
        .venv/bin/python --version
        find pyproject.toml CMakeLists.txt juce_backend/src/monitoring \
            src/whiteroom_monitoring/client/native src/whiteroom_monitoring/logs/native \
            -type f -print0 | sort -z | xargs -0 sha256sum
        find src/whiteroom_monitoring -name '*.py' | sort
    } | sha256sum
}
stamp=.venv/.whiteroom-installed
extras='[stack,app]'
if [ "$dev" = yes ]; then
    stamp=.venv/.whiteroom-installed-dev
    extras='[stack,app,docs,dev]'
fi
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ]; then
    note 'up to date'
else
    # The build's own requirements first: an editable build needs them in the same environment.
    requirements="$(.venv/bin/python -c 'import tomllib
print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])')"
    # shellcheck disable=SC2086
    .venv/bin/pip install -q --disable-pip-version-check $requirements ninja ||
        fail 'pip could not install the requirements of the build'
    .venv/bin/pip install -q --disable-pip-version-check --no-build-isolation -e ".$extras" ||
        fail 'pip could not build and install the package'
    fingerprint | tee "$stamp" >.venv/.whiteroom-installed
    note "$(.venv/bin/whiteroom --version) installed"
fi

# --- C++ -------------------------------------------------------------------------------------------

step 'C++'
if command -v cmake >/dev/null && command -v ninja >/dev/null; then
    options=()
    if [ "$dev" = yes ]; then
        options+=(-DWHITEROOM_BUILD_TESTS=ON)
    elif [ ! -f build/CMakeCache.txt ]; then
        options+=(-DWHITEROOM_BUILD_TESTS=OFF)
    fi
    cmake -S . -B build -G Ninja "${options[@]}" >/dev/null || fail 'cmake failed, as said above'
    cmake --build build -- --quiet || fail 'the build failed, as said above'
    note "$(find build/bin -type f -perm -u+x | wc -l) programs in build/bin"
else
    note 'left out: cmake or ninja is missing'
fi

# --- Swift -----------------------------------------------------------------------------------------

readonly swift_oldest=6.2
swift_is_recent() {
    local found
    found="$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p')"
    [ "$(printf '%s\n' "$swift_oldest" "${found:-0}" | sort -V | head -n 1)" = "$swift_oldest" ]
}

step 'Swift'
if ! swift_is_recent; then
    note "no Swift $swift_oldest or later on the PATH (swift.org has it): left out are the Swift client,"
    note 'its tests, and the front end; the C++ engine runs alone'
elif [ ! -f build/lib/libwhiteroom_engine.so ]; then
    note "left out: there is no engine for the front end to host"
else
    log="$(mktemp)"
    # What the stack needs; the tests build the rest.
    swift build -c release --product whiteroom-frontend >"$log" 2>&1 || {
        cat "$log" >&2
        fail 'the build of the front end failed, as said above'
    }
    rm -f "$log"
    note 'the front end is built'
fi

if [ "$action" = install ]; then
    step 'installed'
    exit 0
fi

# --- the stack -------------------------------------------------------------------------------------

export PATH="$root/.venv/bin:$PATH"
step 'start'
whiteroom up "${where[@]}" "${app[@]}"
step 'verify'
whiteroom verify "${where[@]}"
step 'running'
whiteroom status "${where[@]}"
cat <<NEXT

stop:   infrastructure/monitoring/start.sh --stop${where[*]:+ ${where[*]}}
more:   . .venv/bin/activate; whiteroom --help
NEXT
