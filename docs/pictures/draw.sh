#!/usr/bin/env bash
# Draws the pictures of the documentation anew, from the running stack: whiteroom up, wait for half
# an hour, and call this. Options are those of `whiteroom snapshot`, such as --console URL.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

draw() { whiteroom snapshot "$1" --output "$2" "${@:3}"; }
draw application-performance application-performance.png --height 1140 "$@"
draw system-health system-health-dark.png --theme dark --height 1140 "$@"
draw home home-phone.png --width 390 --height 760 "$@"
