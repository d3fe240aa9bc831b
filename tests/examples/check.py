#!/usr/bin/env python3
"""Compiles every program of examples/ and docs/code with one compiler, without linking: they are what users copy,
so each has to compile with g++ and with clang++, whichever the build takes. Skipped (77) where the compiler is
not installed.
"""

import argparse
import concurrent.futures
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("examples", "docs/code")


def check(compiler, source):
    """The compiler's complaint, or an empty string; and the seconds it took."""
    begin = time.monotonic()
    command = [compiler, "-std=c++20", "-fsyntax-only", f"-I{ROOT / 'include'}", str(source)]
    result = subprocess.run(command, capture_output=True, text=True)
    return (result.stderr or "failed without a word") if result.returncode else "", time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("sources", nargs="*", type=Path, help="(default: all)")
    arguments = parser.parse_args()
    if shutil.which(arguments.compiler) is None:
        print(f"skipped: {arguments.compiler} is not installed")
        return 77

    sources = arguments.sources or [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.cpp"))]
    if not sources:
        sys.exit("no programs found")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(lambda source: check(arguments.compiler, source), sources)
        for source, (complaint, seconds) in zip(sources, results):
            print(f"{'FAILED' if complaint else 'ok'} {source.name} ({seconds:.1f} s)")
            if complaint:
                failed += 1
                print(complaint)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
