#!/usr/bin/env bash
# Runs all tests: lint and types, generated files, the C++ tests (plain and under sanitizers), and
# the Python tests, which start real servers on loopback.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
    cat <<'USAGE'
usage: ./test.sh [--long] [--fast] [PYTEST_ARGUMENT ...]

  --long   also soaks, drills and kill series
  --fast   only lint, types, generated files and the unit tests
  --help   this text

Installs what is missing first (infrastructure/monitoring/start.sh --install-only).
USAGE
}

long=()
fast=no
arguments=()
for word in "$@"; do
    case "$word" in
        --long)
            long=(--long)
            export WHITEROOM_LONG=1
            ;;
        --fast) fast=yes ;;
        --help | -h) usage; exit 0 ;;
        *) arguments+=("$word") ;;
    esac
done

step() { printf '\n== %s (%d s)\n' "$1" "$SECONDS"; }

# The core is compiled several times: for programs, the package, consumers, and with sanitizers.
# The first build of a new machine may come before the installation of ccache.
use_ccache() {
    if command -v ccache >/dev/null; then
        export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
    fi
}
use_ccache
infrastructure/monitoring/start.sh --install-only --dev
use_ccache
export PATH="$PWD/.venv/bin:$PATH"

step 'lint'
ruff check .
ruff format --check .
git ls-files '*.h' '*.cpp' | grep -v '/generated/' | xargs clang-format --dry-run --Werror
biome ci --error-on-warnings

step 'types'
mypy
if [ -x /usr/bin/tsc ]; then
    /usr/bin/tsc --project src/whiteroom_monitoring/web
else
    echo "The scripts' types are not checked: Debian's package node-typescript is missing."
fi

step 'JavaScript tests'
if [ -x /usr/bin/node ]; then
    /usr/bin/node --test src/whiteroom_monitoring/web
else
    echo "The JavaScript tests are skipped: Debian's package nodejs is missing."
fi

step 'generated files'
whiteroom generate --check

run_tests() {
    local status=0
    python -m pytest --doctest-modules "$@" "${long[@]}" "${arguments[@]}" || status=$?
    # 5: the arguments choose none of these.
    [ $status -eq 5 ] || return $status
}
# What starts real servers can miss a wait because the machine is busy. Such a test is asked once
# more, with the machine to itself, and is then listed twice: as failed and as passed. The first that
# fails again ends the run. So does a status other than 1: a passed budget, or whatever kept tests
# from being run.
run_servers() {
    local status=0
    run_tests "$@" || status=$?
    [ $status -ne 0 ] || return 0
    [ $status -eq 1 ] || return $status
    step 'tests that failed, once more and alone'
    env -u WHITEROOM_DURATIONS python -m pytest --last-failed --last-failed-no-failures none --maxfail 1 \
        "$@" "${long[@]}" "${arguments[@]}" -n 0
}
# Four at a time on two cores: most tests wait for something most of the time. Soaks and drills have
# the machine to themselves, and so have the musicians, who live in fractions of a second.
parallel=(-n 4 --dist loadfile)
[ ${#long[@]} -eq 0 ] || parallel=()
export WHITEROOM_DURATIONS="$PWD/build/test-durations.json"
rm -f "$WHITEROOM_DURATIONS"

if [ "$fast" = yes ]; then
    step 'unit tests'
    run_tests "${parallel[@]}" src tests/unit
    step 'done'
    exit 0
fi

step 'configuration'
whiteroom check

step 'C++ tests'
ctest --test-dir build -j 2 --output-on-failure --no-tests=error

build_sanitized() {
    # -O0, -g1: what is built once and run once is done soonest so, and a finding has its lines.
    cmake -S . -B "build-$1" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DCMAKE_CXX_FLAGS_RELWITHDEBINFO='-O0 -g1' \
        -DWHITEROOM_SANITIZE="$2" -DWHITEROOM_BUILD_REFERENCE_ENGINE=OFF >/dev/null
    cmake --build "build-$1" --target whiteroom-native-tests -- --quiet
}
step 'C++ tests under the thread and address sanitizers'
build_sanitized thread thread
build_sanitized address address,undefined
printf '%s\n' build-thread build-address |
    xargs -P 2 -I BUILD ctest --test-dir BUILD --output-on-failure --no-tests=error

step 'Python tests'
run_tests "${parallel[@]}" src tests/unit
step 'Python tests with real servers and programs'
# In our order: xdist's own, files with most tests first, begins the longest ones last.
[ ${#long[@]} -gt 0 ] || parallel+=(--no-loadscope-reorder)
run_servers "${parallel[@]}" tests --ignore tests/unit --ignore tests/integration/musicians
run_servers tests/integration/musicians

step 'done'
