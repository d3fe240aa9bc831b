#!/usr/bin/env python3
"""check.py PROGRAM...: runs each in a folder of its own, and compares what they print and write, byte by byte."""

import subprocess
import sys
import tempfile
from pathlib import Path


def outputs(program):
    """{"stdout": bytes, file: bytes, ...}"""
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run([program], cwd=folder, capture_output=True)
        if result.returncode:
            sys.exit(f"{program} failed with {result.returncode}\n{result.stderr.decode()}")
        found = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
        return {"stdout": result.stdout, "stderr": result.stderr, **found}


def main():
    first, *others = [outputs(program) for program in sys.argv[1:]]
    if not others or len(first) < 5 or not first["stdout"]:
        sys.exit(f"expected several programs that print and write something, and found {sorted(first)}")
    failed = False
    for other in others:
        for name in sorted(first.keys() | other.keys()):
            if first.get(name) != other.get(name):
                failed = True
                print(f"{name} differs: {first.get(name, b'nothing')[:2000]}\n{other.get(name, b'nothing')[:2000]}")
    print(f"{len(sys.argv) - 1} programs, {len(first)} outputs")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
