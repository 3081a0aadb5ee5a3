#!/bin/sh
# usage: pkg_config.sh CONSUMER_SOURCE COMPILER [FLAGS…]
# Compiles every installed header and builds and runs the consumer with what weft.pc says.
set -eu
source=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

include_dir=$("$PKG_CONFIG" --variable=prefix weft)/include
(cd "$include_dir" && find . -name '*.hpp' | sed 's|^\./\(.*\)|#include <\1>|') >"$work/all.cpp"
grep -q '<fibers/' "$work/all.cpp"
grep -q '<netio/' "$work/all.cpp"
"$@" -std=c++20 -fsyntax-only $("$PKG_CONFIG" --cflags weft) "$work/all.cpp"

"$@" -std=c++20 "$source" $("$PKG_CONFIG" --cflags --libs weft) -o "$work/consumer"
"$work/consumer"
"$@" -std=c++20 "$(dirname "$source")/tls_consumer.cpp" $("$PKG_CONFIG" --cflags --libs weft-tls) \
    -o "$work/tls_consumer"
"$work/tls_consumer"
"$@" -std=c++20 "$(dirname "$source")/http_consumer.cpp" $("$PKG_CONFIG" --cflags --libs weft-http) \
    -o "$work/http_consumer"
"$work/http_consumer"
