#!/usr/bin/env python3
"""Compiles every header of Strata alone, with warnings as errors: each includes what it uses.

$CXX names the compiler (default g++). The headers of the device Cuda are compiled with the host in the GPU's place,
and left out where no CUDA toolkit is installed.
"""

import argparse
import concurrent.futures
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def cuda_flags():
    """What a host compiler needs for the headers of the device Cuda; None without a CUDA toolkit."""
    nvcc = shutil.which("nvcc")
    folder = Path(nvcc).resolve().parents[1] / "include" if nvcc else None
    if folder is None or not folder.exists():
        return None
    return ["-isystem", f"{folder}/cccl", "-isystem", f"{folder}", "-DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP"]


def check(compiler, flags, include, header):
    """The compiler's complaint about `header`, or an empty string; and the seconds it took."""
    command = [compiler, "-std=c++20", "-fsyntax-only", *flags, f"-I{include}", "-x", "c++", "-"]
    begin = time.monotonic()
    # Twice, so that a missing `#pragma once` shows.
    source = f"#include <{header}>\n#include <{header}>\n"
    result = subprocess.run(command, input=source, capture_output=True, text=True)
    return (result.stderr or "failed without a word") if result.returncode else "", time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flags", default="", help="further compiler flags")
    parser.add_argument("--include", type=Path, default=ROOT / "include", help="the folder that holds strata/")
    parser.add_argument("headers", nargs="*", help="e.g. strata/core/shape.hpp (default: all)")
    arguments = parser.parse_args()

    compiler = os.environ.get("CXX", "g++")
    headers = arguments.headers or sorted(
        str(path.relative_to(arguments.include))
        for path in (arguments.include / "strata").rglob("*.hpp")
    )
    for_cuda = cuda_flags()
    flags = {}
    for header in list(headers):
        if header.startswith("strata/backends/cuda/") or header == "strata/cuda.hpp":
            if for_cuda is None:
                headers.remove(header)
            flags[header] = for_cuda
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        jobs = [
            pool.submit(check, compiler, shlex.split(arguments.flags) + flags.get(h, []), arguments.include, h)
            for h in headers
        ]
        for header, job in zip(headers, jobs):
            complaint, seconds = job.result()
            print(f"{'FAILED' if complaint else 'ok':6} {seconds:5.1f} s  {header}")
            if complaint:
                failed += 1
                print(complaint)
    print(f"{len(headers)} headers, {failed} failed")
    return 1 if failed or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
