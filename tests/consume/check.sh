#!/usr/bin/env bash
# check.sh WAY FOLDER: builds main.cpp against Strata in one WAY (see below) inside FOLDER, and runs it.
set -euo pipefail
way="$1"
work="$2/$way"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
compiler="${CXX:-g++}"
rm -rf "$work"
mkdir -p "$work"

# with_cmake ARGUMENTS...: configures and builds tests/consume/$way, and nothing of Strata's own tests.
with_cmake() {
    cmake -S "$here/$way" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER="$compiler" \
        --log-level=WARNING "$@"
    if grep -q '^STRATA_BUILD_TESTS:BOOL=ON' "$work/build/CMakeCache.txt"; then
        echo "Strata's tests are on in somebody else's build" >&2
        exit 1
    fi
    cmake --build "$work/build"
    "$work/build/consumer"
}

# install: puts a copy of Strata into $work/prefix.
install() {
    cmake -S "$root" -B "$work/strata" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_INSTALL_PREFIX="$work/prefix" \
        -DSTRATA_BUILD_TESTS=OFF -DSTRATA_BUILD_EXAMPLES=OFF --log-level=WARNING
    cmake --install "$work/strata" >/dev/null
}

case "$way" in
    installed)
        install
        if grep -rnF "$root" "$work/prefix/share" "$work/prefix/lib" 2>/dev/null; then
            echo "the installed package points back into the source tree" >&2
            exit 1
        fi
        with_cmake -DCMAKE_PREFIX_PATH="$work/prefix"
        ;;
    cuda)
        if ! command -v nvcc >/dev/null; then
            echo "no nvcc here"
            exit 77
        fi
        install
        with_cmake -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_CUDA_ARCHITECTURES=90
        ;;
    fetch_content) with_cmake -DFETCHCONTENT_SOURCE_DIR_STRATA="$root" ;;
    add_subdirectory) with_cmake -DSTRATA_SOURCE="$root" ;;
    plain)
        cd "$root"
        "$compiler" -std=c++20 -O2 -Iinclude "$here/main.cpp" -o "$work/consumer" -lopenblas -lz
        "$work/consumer"
        ;;
    strict)  # -I, not -isystem: the headers themselves are free of warnings
        cd "$root"
        "$compiler" -std=c++20 -O2 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Iinclude \
            "$here/main.cpp" -o "$work/consumer" -lopenblas -lz
        "$work/consumer"
        ;;
    compiled)
        install
        with_cmake -DCMAKE_PREFIX_PATH="$work/prefix"
        ;;
    compiled_plain)
        cd "$root"
        "$compiler" -std=c++20 -O2 -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wshadow -Werror -Iinclude \
            -c include/strata/compiled.cpp -o "$work/compiled.o"
        "$compiler" -std=c++20 -O2 -DSTRATA_COMPILED -Iinclude -c "$here/main.cpp" -o "$work/main.o"
        "$compiler" "$work/main.o" "$work/compiled.o" -o "$work/consumer" -lopenblas -lz
        "$work/consumer"
        if "$compiler" "$work/main.o" -o "$work/consumer" -lopenblas -lz 2>/dev/null; then
            echo "a program with STRATA_COMPILED links without the compiled part" >&2
            exit 1
        fi
        ;;
    *) echo "no such way: $way" >&2; exit 2 ;;
esac
