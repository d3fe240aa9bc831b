#!/usr/bin/env python3
"""Builds idioms.cpp with one compiler, at -O2 and with the address and undefined-behaviour sanitizers, and runs it.
Skipped (77) where the compiler or its sanitizers are not installed.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FLAGS = ["-std=c++20", "-O2", "-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def build(compiler, source, program):
    command = [compiler, *FLAGS, f"-I{ROOT / 'include'}", str(source), "-o", str(program), "-lopenblas", "-lz"]
    return subprocess.run(command, capture_output=True, text=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", required=True)
    compiler = parser.parse_args().compiler
    if shutil.which(compiler) is None:
        print(f"skipped: {compiler} is not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        probe = folder / "probe.cpp"
        probe.write_text("int main() {}\n")
        if build(compiler, probe, folder / "probe").returncode != 0:
            print(f"skipped: {compiler} has no sanitizers here")
            return 77
        built = build(compiler, HERE / "idioms.cpp", folder / "idioms")
        if built.returncode != 0:
            sys.exit(built.stderr)
        # One thread, because OpenBLAS's own are not built with the sanitizer.
        ran = subprocess.run([folder / "idioms"], cwd=folder, env={"OPENBLAS_NUM_THREADS": "1", "PATH": ""},
                             capture_output=True, text=True)
        print(f"{compiler}: {ran.stdout}{ran.stderr}", end="")
        return ran.returncode


if __name__ == "__main__":
    sys.exit(main())
