#!/usr/bin/env python3
"""Checks what include/strata may include. Folder names are the architecture; includes point one way.

Also checks that comments have not been run together: `Source:`, `Gradient:` and `Errors:` begin a line, and
`}  // namespace` stands at the end of namespaces only; that options are refused in one wording; and that no name of
ours has two underscores together, which C++ keeps for compilers. And reports how long the headers are: more than 250 lines
is a warning, more than 400 needs a line `// Length: REASON` in the header.
"""

import argparse
import re
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Which room may include which others. A room is a folder under include/strata, or one of the single headers beside the
# folders; what a row names includes only itself, not the rooms within it. A room without a row of its own, such as
# backends/cpu/pooling, belongs to the one around it. `xtensor` is the one door to xtensor: closed to core, layers and CUDA.
CORE = "core core/operations core/network"
LAYERS = "layers/shared layers/functions"
ALLOWED = {
    "core": "",
    "core/operations": "core",
    "core/network": "core",
    "version": "",
    "fwd": "core",
    "xtensor": "core",
    "random": "core xtensor",
    "init": "core random",
    "io": "core random",
    "backends/cpu/simd": "core",
    "backends/cpu": "core core/operations random fwd xtensor backends/cpu/simd",
    "backends/cuda/runtime": "core",
    "backends/cuda": "core core/operations random fwd backends/cuda/runtime",
    "data": "core core/network random io backends/cpu fwd xtensor",
    "layers/shared": f"{CORE} random init fwd",
    "layers/functions": f"{CORE} layers/shared",
    "layers": f"{CORE} {LAYERS} random init fwd",
    "models": f"{CORE} {LAYERS} random fwd io",
    "layers/composed": f"{CORE} {LAYERS} layers models",
    "losses": f"{CORE} {LAYERS} layers models backends/cpu",
    "optimizers": f"{CORE} fwd models",
    "schedulers": "core optimizers",
    "training": f"{CORE} {LAYERS} random fwd models losses optimizers schedulers data io",
    "tools": f"{CORE} random fwd models losses",
    "instances": "*",
    "strata": "*",
    "cuda": "*",
}

# Headers from outside, and the only places that may include them (the beginnings of paths under include/strata).
PLACES = [
    (r"(xtensor-blas|xflens)/.*", ["backends/cpu/"]),
    (r"(xtensor|xtl)/.*", ["xtensor.hpp"]),
    (r"(cuda|cublas|cublasLt|cudnn|nccl|curand)[\w.]*|thrust/.*|cub/.*", ["backends/"]),
    (r"zlib\.h", ["io/", "data/"]),
    (r"cblas\.h|openblas.*|lapacke\.h", []),  # clashes with xtensor-blas, which declares the same names otherwise
    (r"torch/.*|ATen/.*", []),
]

# Standard headers that core, included by all, does not pay for.
TOO_HEAVY_FOR_CORE = set(
    "iostream fstream sstream iomanip regex filesystem ranges random thread future functional chrono format map".split()
)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
BACKEND_CONDITION = re.compile(
    r"^\s*#\s*(if|ifdef|ifndef|elif)\b.*(CUDA|NVCC|GPU|CPU|BACKEND|DEVICE|THRUST|BLAS|AVX|SSE|OPENMP)", re.IGNORECASE
)


# `refuse_option` of core/refuse_option.hpp says it for all.
OWN_REFUSAL = re.compile(r'"[^"]*\b(and|but)( it)? must (be|lie|not be)\b')
# Names with two underscores: macros, attributes and functions of compilers and CUDA.
RESERVED = re.compile(r"\b\w*__\w*")
OF_COMPILERS = re.compile(
    r"__([A-Z0-9_]+|(builtin|atomic|cpp|shfl|sync)\w+|(attribute|clang|x86_64|device|host|global|shared|launch_bounds)__"
    r"|has_include)"
)
FRIEND = re.compile(r"\bfriend\s+(?:class|struct|typename)\b|\bfriend\s+[^(]*;")

RUN_TOGETHER = re.compile(r"^\s*//+ .*\S (Source|Gradient|Errors):( |$)")


def room_of(path):
    """The row of the table: 'layers/shared' for layers/shared/sequence.hpp, 'fwd' for fwd.hpp."""
    parts = path.split("/")[:-1] or [path.rsplit(".", 1)[0]]
    while len(parts) > 1 and "/".join(parts) not in ALLOWED:
        parts.pop()
    return "/".join(parts)


def includes_of(text):
    """(line number, header, quoted) of every include."""
    for number, line in enumerate(text.splitlines(), start=1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[2], match[1] == '"'


def resolve(library, path, header, quoted):
    """The included header as a path under include/strata, or None when it is not one of ours."""
    if header.startswith("strata/"):
        return header.removeprefix("strata/")
    if quoted:
        beside = (library / path).parent / header
        if beside.exists():
            return beside.resolve().relative_to(library.resolve()).as_posix()
    return None


def problems_of(library, path, text):
    room = room_of(path)
    if room not in ALLOWED:
        yield f"{path}: the room '{room}' is not in the table ALLOWED: say there what it may include"
        return
    folder = room.split("/")[0]
    allowed = ALLOWED[room].split()

    for number, header, quoted in includes_of(text):
        where = f"{path}:{number}"
        ours = resolve(library, path, header, quoted)
        if ours is None:
            if folder == "core" and header in TOO_HEAVY_FOR_CORE:
                yield f"{where}: core does not include <{header}>: every user would pay for it"
            place = next((places for pattern, places in PLACES if re.fullmatch(pattern, header)), None)
            if place is not None and not path.startswith(tuple(place)):
                yield f"{where}: <{header}> is included only under {' '.join(place) or 'nothing'}"
            continue
        target = room_of(ours)
        if target != room and "*" not in allowed and target not in allowed:
            yield f"{where}: {room} must not include {target} ({ours}); it may include: {' '.join(allowed) or 'nothing'}"
        if path.startswith("backends/cuda/") and target == "xtensor" or path == "cuda.hpp" and ours == "strata.hpp":
            yield f"{where}: under nvcc xtensor costs every file seconds to compile; users include it where they want it"
        if folder == target.split("/")[0] == "backends":
            mine, other = path.split("/")[1], ours.split("/")[1]
            if "cpu" in (mine, other) and "cuda" in (mine, other):
                yield f"{where}: the {mine} backend must not include the {other} backend ({ours})"

    for number, line in enumerate(text.splitlines(), start=1):
        if folder == "layers" and BACKEND_CONDITION.match(line):
            yield f"{path}:{number}: a layer is written once for all backends: {line.strip()}"
        code = line.split("//")[0]
        if FRIEND.search(code):
            yield f"{path}:{number}: no class is another's friend: what others need is public: {line.strip()}"
        if folder != "backends" and re.search(r"\bis_host\b", code):
            yield f"{path}:{number}: a device says itself in which order it works (backends/*/order.hpp): {line.strip()}"
        if match := RUN_TOGETHER.match(line):
            yield f"{path}:{number}: '{match[1]}:' begins a line of its own: {line.strip()}"
        for name in RESERVED.findall(re.sub(r'//.*|"(\\.|[^"\\])*"', "", line)):
            if not OF_COMPILERS.fullmatch(name):
                yield f"{path}:{number}: names with two underscores belong to compilers: {name}"
        if path != "core/refuse_option.hpp" and not line.lstrip().startswith("//") and OWN_REFUSAL.search(line):
            yield f"{path}:{number}: an option is refused by refuse_option, which words it: {line.strip()}"
    opened = len(re.findall(r"^\s*(?:inline )?namespace [\w:]*\s*\{", text, re.MULTILINE))
    closed = len(re.findall(r"\}  // namespace", text))
    if closed > opened:
        yield f"{path}: '}}  // namespace' stands {closed} times, and {opened} namespaces are opened"

    length = len(text.splitlines())
    if length > 300:
        yield f"{path}: {length} lines; 300 is the limit"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--include", type=Path, default=ROOT / "include", help="the folder that holds strata/")
    library = parser.parse_args().include / "strata"

    headers = sorted(p for p in library.rglob("*") if p.suffix in {".hpp", ".cuh", ".h", ".inl"})
    if not headers:
        sys.exit(f"no headers under {library}")

    problems, lengths = [], []
    for header in headers:
        path = header.relative_to(library).as_posix()
        text = header.read_text()
        problems += problems_of(library, path, text)
        lengths.append((len(text.splitlines()), path))

    lengths.sort(reverse=True)
    print(f"{len(headers)} headers, {sum(n for n, _ in lengths)} lines, "
          f"median {statistics.median(n for n, _ in lengths):.0f}, longest {lengths[0][0]} ({lengths[0][1]})")
    for length, path in lengths:
        if length > 250:
            print(f"warning: {path} has {length} lines (250 is where a header should be split)")
    for problem in problems:
        print(f"error: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
