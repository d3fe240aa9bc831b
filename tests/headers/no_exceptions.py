#!/usr/bin/env python3
"""Strata's headers refuse -fno-exceptions in a sentence, and say it once. $CXX names the compiler (default g++)."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SENTENCE = "strata: run-time errors are C++ exceptions; compile without -fno-exceptions"


def errors(header, *flags):
    command = [os.environ.get("CXX", "g++"), "-std=c++20", "-fsyntax-only", *flags, f"-I{ROOT / 'include'}", "-x", "c++", "-"]
    result = subprocess.run(command, input=f"#include <{header}>\n", capture_output=True, text=True)
    return [line for line in result.stderr.splitlines() if "error:" in line]


def main():
    wrong = []
    for header in ("strata/core/error.hpp", "strata/random/generator.hpp", "strata/io/state.hpp"):
        if errors(header):
            wrong.append(f"{header} does not compile")
    for header in ("strata/core/error.hpp", "strata/strata.hpp"):
        found = errors(header, "-fno-exceptions")
        if not found or SENTENCE not in found[0] or sum(SENTENCE in line for line in found) != 1:
            wrong.append(f"{header} with -fno-exceptions: {found[:3]}")
    print("\n".join(wrong) or "refused in a sentence")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
