#!/usr/bin/env python3
"""Compiles a fixed set of networks with clang, counts what was instantiated, and compares with limits.json.

Instantiations are counted, not seconds: they are the same on every machine. Three per cent more than the limit
fails. Seconds and memory of g++ are printed, and judged by nobody. --update writes the counts as the new limits.
Exit status 77 without the major version of clang that the limits are for, or while there are no limits.
"""

import argparse
import collections
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LIMITS = HERE / "limits.json"
ALLOWED_GROWTH = 0.03

COUNTED = ("InstantiateClass", "InstantiateFunction")


def sequential(*layers):
    return "st::Sequential<" + ", ".join(layers) + ">"


def mlp(depth, width=64):
    """`depth` times Linear and ReLU, all of one width."""
    return sequential(*[f"st::Linear<{width}, {width}>, st::ReLU"] * depth)


# name: (the network, elements of a sample, elements of its output)
NETS = {
    "linear": (sequential("st::Linear<8, 4>"), 8, 4),
    "mlp_2": (mlp(2), 64, 64),
    "mlp_8": (mlp(8), 64, 64),
    "mlp_32": (mlp(32), 64, 64),
    "softmax": (sequential("st::Linear<784, 10>", "st::LogSoftmax"), 784, 10),
    "cnn": (
        sequential(
            "st::Input<784>", "st::Reshape<1, 28, 28>",
            "st::Conv2d<1, 6, 5>", "st::BatchNorm2d<>", "st::ReLU", "st::MaxPool2d<2>",
            "st::Conv2d<6, 16, 5>", "st::ReLU", "st::MaxPool2d<2>",
            "st::Flatten", "st::Dropout", "st::Linear<10>",
        ),
        784,
        10,
    ),
    "module": (sequential("st::Linear<64, 64>", "Block", "st::Linear<10>"), 64, 10),
    "attention": (
        sequential("st::Input<128>", "st::Reshape<8, 16>", "st::TransformerEncoderLayer<16, 2, 32>", "st::Flatten", "st::Linear<10>"),
        128,
        10,
    ),
    "lstm": (sequential("st::Input<128>", "st::Reshape<8, 16>", "st::LSTM<16, 8>", "st::Flatten", "st::Linear<10>"), 128, 10),
}
HEADER_ONLY = "header"  # strata.hpp alone


def source_and_flags(name):
    flags = ["-std=c++20", f"-I{ROOT / 'include'}"]
    if name == HEADER_ONLY:
        return "#include <strata/strata.hpp>\n", flags
    net, size_in, size_out = NETS[name]
    flags += [f"-DSTRATA_NET={net}", f"-DSTRATA_IN={size_in}", f"-DSTRATA_OUT={size_out}"]
    return (HERE / "main.cpp").read_text(), flags


def major_version(clang):
    text = subprocess.run([clang, "--version"], capture_output=True, text=True).stdout
    return re.search(r"version (\d+)", text)[1]


def run(command, scratch):
    result = subprocess.run(command, cwd=scratch, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stderr}")
    return result


def instantiations(clang, name, scratch):
    """{event: how often}."""
    source, flags = source_and_flags(name)
    path = Path(scratch, "main.cpp")
    path.write_text(source)
    run([clang, *flags, "-O0", "-ftime-trace", "-ftime-trace-granularity=0", "-c", path, "-o", "main.o"], scratch)
    events = json.loads(Path(scratch, "main.json").read_text())["traceEvents"]
    counts = collections.Counter(event["name"] for event in events if event.get("ph") == "X")
    return {event: counts[event] for event in COUNTED}


def cost(compiler, name, scratch):
    """(seconds, megabytes) of an -O2 compilation."""
    source, flags = source_and_flags(name)
    path = Path(scratch, "main.cpp")
    path.write_text(source)
    begin = time.monotonic()
    result = run([compiler, *flags, "-O2", "-c", path, "-o", "main.o", "-wrapper", measurer(scratch)], scratch)
    peaks = [int(kilobytes) for kilobytes in re.findall(r"^peak (\d+)$", result.stdout, re.MULTILINE)]
    return time.monotonic() - begin, max(peaks, default=0) / 1024


def measurer(scratch):
    """The argument of g++'s -wrapper: a program that runs another and prints its peak memory in kilobytes."""
    script = Path(scratch, "measure.py")
    script.write_text(
        "import resource, subprocess, sys\n"
        "status = subprocess.run(sys.argv[1:]).returncode\n"
        "print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
        "sys.exit(status)\n"
    )
    return f"{sys.executable},{script}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the counts to limits.json")
    parser.add_argument("--no-cost", action="store_true", help="do not run g++")
    arguments = parser.parse_args()

    clang = shutil.which("clang++")
    limits = json.loads(LIMITS.read_text()) if LIMITS.exists() else {}
    if clang is None or not (limits or arguments.update):
        print("no clang++ here" if clang is None else "no limits yet; tests/compile_time/check.py --update writes them")
        return 77
    counted = {"clang": major_version(clang)}
    if limits and counted["clang"] != limits["clang"] and not arguments.update:
        print(f"the limits are for clang {limits['clang']}, and here is clang {counted['clang']}")
        return 77
    compiler = None if arguments.no_cost else shutil.which("g++")

    grown = []
    print(f"{'':10}" + "".join(f"{event:>28}" for event in COUNTED) + f"{'g++ -O2':>16}")
    with tempfile.TemporaryDirectory() as scratch:
        for name in [HEADER_ONLY, *NETS]:
            counted[name] = instantiations(clang, name, scratch)
            row = f"{name:10}"
            for event, count in counted[name].items():
                limit = limits.get(name, {}).get(event)
                row += f"{count:>18} ({'new' if limit is None else f'{count - limit:+}'})".rjust(28)
                if limit is None or count > limit * (1 + ALLOWED_GROWTH):
                    grown.append(f"{name}: {event} is {count}; the limit is {limit} + {ALLOWED_GROWTH:.0%}")
            if compiler:
                seconds, megabytes = cost(compiler, name, scratch)
                row += f"{seconds:7.1f} s {megabytes:4.0f} MB"
            print(row, flush=True)

    if arguments.update:
        LIMITS.write_text(json.dumps(counted, indent=2) + "\n")
        return 0
    print("\n".join(grown))
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
