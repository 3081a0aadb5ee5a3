#!/bin/bash
# usage: test_dev.sh SOURCE_DIRECTORY CASE
# Runs ./dev of a small tree on a machine made of stubs, each of which notes how it was called.
set -euo pipefail
unset DEBIAN_FRONTEND

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
calls=$work/calls
tools=$work/bin
mkdir -p "$tools" "$work/tree/apps"
touch "$calls"
cp "$1/dev" "$1/CMakePresets.json" "$work/tree"
echo 'weft_add_app(echo_server echo_server.cpp)
weft_add_app(tour tour.cpp)' >"$work/tree/apps/CMakeLists.txt"

# stub NAME BODY: a command of the machine.
stub() {
    printf '#!/bin/bash\necho "%s $*" >>"%s"\n%s\n' "$1" "$calls" "$2" >"$tools/$1"
    chmod +x "$tools/$1"
}
for tool in bash cat chmod dirname env grep mkdir nproc rm sed; do
    ln -s "$(command -v "$tool")" "$tools/$tool"
done
app='#!/bin/bash\necho "app in $PWD: $*"\n'
stub id 'echo 0'
stub apt-get 'echo "DEBIAN_FRONTEND=${DEBIAN_FRONTEND:-}" >>"'"$calls"'"'
stub dpkg-query 'shift 2; printf "installed %s\n" "$@"'
stub ctest 'exit 8'
stub cmake 'case $* in
    --preset*) mkdir -p "build/$2/apps"; >"build/$2/build.ninja" ;;
    *echo_server) printf '"'$app'"' >build/release/apps/echo_server; chmod +x build/release/apps/* ;;
esac'

# run_dev ARGS…: leaves the exit code in $code, what was printed in $out and $err.
run_dev() {
    code=0
    (cd "$work" && PATH=$tools tree/dev "$@" >"$work/out" 2>"$work/err" </dev/null) || code=$?
    out=$(<"$work/out")
    err=$(<"$work/err")
}

# expect WHAT CONDITION…: ends the case when the condition does not hold.
expect() {
    "${@:2}" && return
    echo "expected: $1"
    printf 'exit code %s\n--- stdout\n%s\n--- stderr\n%s\n--- calls\n%s\n' \
        "$code" "$out" "$err" "$(<"$calls")"
    exit 1
}
called() { grep -qxE -- "$1" "$calls"; }
uncalled() { ! grep -qE -- "^$1" "$calls"; }

UnknownCommandIsOneLineAndExitCode2() {
    run_dev launch
    expect "exit code 2" [ "$code" -eq 2 ]
    expect "one line that lists the commands" \
        [ "$err" = "dev: there is no command 'launch'; there is: run test soak conformance replicas attack bench format clean help" ]
}

UnknownAppNamesTheAppsThereAre() {
    run_dev run echo
    expect "exit code 2" [ "$code" -eq 2 ]
    expect "one line that lists the apps" \
        [ "$err" = "dev: there is no app 'echo'; there is: echo_server tour" ]
    expect "nothing built" uncalled cmake
}

RunStartsTheAppWhereTheCallerIs() {
    run_dev run echo_server --port "1 2"
    expect "exit code 0" [ "$code" -eq 0 ]
    expect "the app's output" [ "$out" = "app in $work: --port 1 2" ]
    expect "only this app built" called 'cmake --build build/release --target echo_server'
}

RunStartsTheEchoServerByDefault() {
    run_dev run
    expect "the app's output" [ "$out" = "app in $work: " ]
}

SecondRunDoesNotConfigureAgain() {
    run_dev run
    expect "the first to configure" called 'cmake --preset release'
    : >"$calls"
    run_dev run
    expect "the second not to" uncalled 'cmake --preset'
}

NothingMissingCallsNoApt() {
    run_dev run
    expect "dpkg-query asked" called 'dpkg-query .*'
    expect "apt-get not called" uncalled apt-get
}

OnlyTheMissingIsInstalledWithoutQuestions() {
    stub dpkg-query 'shift 2; for p; do [[ $p == g++ ]] || echo "installed $p"; done; exit 1'
    run_dev run
    expect "exit code 0" [ "$code" -eq 0 ]
    expect "fresh package lists" called 'apt-get update .*'
    expect "g++ installed, and it alone" \
        called 'apt-get install --yes --no-install-recommends --no-remove g\+\+ -.*'
    expect "a non-interactive installation" called DEBIAN_FRONTEND=noninteractive
}

WithoutRightsTheCommandIsPrinted() {
    stub dpkg-query 'exit 1'
    stub id 'echo 1000'
    run_dev test
    expect "a failure" [ "$code" -ne 0 ]
    expect "the command" \
        grep -qE '^  apt-get update && apt-get install .* g\+\+ cmake ninja-build .*' "$work/err"
    expect "apt-get not called" uncalled apt-get
    expect "nothing built" uncalled cmake
}

SudoIsUsedWhereThereIsSudo() {
    stub dpkg-query 'exit 1'
    stub id 'echo 1000'
    stub sudo '[[ $1 != -n ]] || shift; "$@"'
    run_dev run
    expect "exit code 0" [ "$code" -eq 0 ]
    expect "sudo called" called 'sudo env .*apt-get install .*'
}

AFailedInstallationEndsTheCommand() {
    stub dpkg-query 'exit 1'
    stub apt-get 'exit 100'
    run_dev run
    expect "a failure" [ "$code" -ne 0 ]
    expect "nothing built" uncalled cmake
}

WithoutAptWhatIsMissingIsNamed() {
    rm "$tools/apt-get"
    run_dev run
    expect "a failure" [ "$code" -ne 0 ]
    expect "the names" grep -q '^dev: g++ is missing.* libfmt-dev ' "$work/err"
}

TestFailsWhenATestFails() {
    run_dev test -R Mutex
    expect "the exit code of ctest" [ "$code" -eq 8 ]
    expect "the arguments passed on" called 'ctest --preset release --parallel [0-9]+ -R Mutex'
    expect "everything built" called 'cmake --build build/release'
}

TestTakesAnotherPreset() {
    run_dev test --asan
    expect "that preset built" called 'cmake --build build/asan'
    expect "that preset tested" called 'ctest --preset asan .*'
}

TestBuildsOnlyTheRoomThatIsTested() {
    run_dev test --tsan -L netio --repeat until-fail:2
    expect "the room built" called 'cmake --build build/tsan --target tests_netio'
    expect "the room tested" \
        called 'ctest --preset tsan --parallel [0-9]+ -L netio --repeat until-fail:2'
}

SoakRunsEveryRaceWithTheSeedAndFailsWhenOneDoes() {
    mkdir -p "$work/tree/build/release/tests/room"
    local race
    for race in a b; do
        printf '#!/bin/bash\necho "%s $WEFT_SEED $WEFT_ROUNDS"\n[[ %s == b ]]\n' "$race" "$race" \
            >"$work/tree/build/release/tests/room/test_${race}_race"
    done
    chmod +x "$work"/tree/build/release/tests/room/*
    run_dev soak 7
    expect "both, a million rounds each" [ "$out" = $'a 7 1000000\nb 7 1000000' ]
    expect "a failure" [ "$code" -eq 1 ]
}

ConformanceBuildsTheLibraryAndPassesItsArgumentsOn() {
    mkdir -p "$work/tree/tests/conformance"
    printf '#!/bin/bash\necho "conformance: $*"\n' >"$work/tree/tests/conformance/run"
    chmod +x "$work/tree/tests/conformance/run"
    run_dev conformance mutex --workers 2
    expect "only the library built" called 'cmake --build build/release --target weft_fibers'
    expect "the tests asked for" called 'dpkg-query .* gcc-12-source'
    expect "the arguments" [ "$out" = "conformance: mutex --workers 2" ]
}

CleanRemovesTheBuildDirectory() {
    mkdir -p "$work/tree/build/release"
    run_dev clean
    expect "no build/" [ ! -e "$work/tree/build" ]
}

"$2"
