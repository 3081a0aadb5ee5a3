#!/bin/sh
# usage: install.sh CMAKE BUILD_DIRECTORY PREFIX
# Installs into an empty prefix, so that a file that is no longer installed is missed.
set -eu
rm -rf "$3"
"$1" --install "$2" --prefix "$3"
