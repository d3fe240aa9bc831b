#!/usr/bin/env python3
"""Compiles strict.cpp with a user's strict warnings as errors, with g++ and clang++ where they are."""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]

failed = 0
for compiler in filter(shutil.which, ("g++", "clang++")):
    result = subprocess.run([compiler, *FLAGS, f"-I{HERE.parents[1] / 'include'}", HERE / "strict.cpp"])
    print(f"{compiler}: {'FAILED' if result.returncode else 'ok'}")
    failed += result.returncode != 0
sys.exit(1 if failed else 0)
