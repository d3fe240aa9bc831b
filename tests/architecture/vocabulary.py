#!/usr/bin/env python3
"""Compares the vocabulary of devices in core/operations/device.hpp with the code: every operation that layers, losses,
models, optimizers and training call (`device.affine(...)`) is in it, every operation in it is one that they call,
and is written in the file of each backend that its heading names.
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CALLERS = ("layers", "losses", "models", "optimizers", "training")
BACKENDS = ("cpu", "cuda")

# `device.affine(`, `memory.device.template convolution<g>(`, `device_.copy(`
CALL = re.compile(r"\bdevice_?\.(?:template\s+([a-z]\w*)\s*<|([a-z]\w*)\s*\()")

# What else a device has: no operations, but what one step or pass does with it.
NO_OPERATIONS = {"follow", "get"}


def without_comments(text):
    return re.sub(r"//[^\n]*", "", text)


def called(library):
    """{operation: a header that calls it}"""
    result = {}
    for folder in CALLERS:
        for header in sorted((library / folder).rglob("*.hpp")):
            for with_arguments, plain in CALL.findall(without_comments(header.read_text())):
                result.setdefault(with_arguments or plain, header.relative_to(library).as_posix())
    return result


def vocabulary(text):
    """{operation: the files that its heading names}, and the ones that a device may lack, from the first comment."""
    operations, files = {}, []
    for line in text[text.index("struct OperationsOf"):].splitlines():
        heading = re.match(r"\s*// ([\w/]+\.hpp.*)", line)
        if heading:
            files = re.findall(r"[\w/]+\.hpp", heading[1])
        for name in re.findall(r"\brequires \{ device\.(?:template )?(\w+)", line):
            operations[name] = files
    optional = re.findall(r"^//   (\w+)\(|^// A device that is not the host has `(\w+)`", text, re.MULTILINE)
    return operations, {one or other for one, other in optional}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--include", type=Path, default=ROOT / "include", help="the folder that holds strata/")
    library = parser.parse_args().include / "strata"

    calls = called(library)
    operations, optional = vocabulary((library / "core/operations/device.hpp").read_text())
    problems = [f"{where} calls `{name}` of a device, which core/operations/device.hpp does not have"
                for name, where in sorted(calls.items())
                if name not in operations and name not in optional and name not in NO_OPERATIONS]
    problems += [f"core/operations/device.hpp has `{name}`, which nobody calls"
                 for name in sorted({*operations, *optional}) if name not in calls]
    for backend in BACKENDS:
        for name, files in operations.items():
            headers = [library / "backends" / backend / file for file in files]
            if not any(re.search(rf"\b{name}\(", header.read_text()) for header in headers if header.exists()):
                problems.append(f"`{name}` is not in {' or '.join(files)} of backends/{backend}")
    print(f"{len(operations)} operations in the vocabulary, {len(calls)} called")
    for problem in problems:
        print(f"error: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
