"""The cases: pairs NAME.fail.cpp and NAME.pass.cpp, and what a compiler says about them.

A fail file begins with comment lines:

    // error: linear-input-size          the heading in docs/errors.md that the message ends with
    // expect: Linear<128, 10>           a regular expression; every one of them must match the message
    // only: g++ clang++ (REASON)        optional: the compilers that the case is for
    // Free text.                        optional: the explanation for docs/errors.md

The twin is the same program, mended. Both include no more of Strata than they need.
"""

import dataclasses
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "compile_fail"

COMPILERS = {
    "g++": ["-fsyntax-only", "-fdiagnostics-color=never"],
    "clang++": ["-fsyntax-only", "-fno-color-diagnostics"],
    "nvcc": ["-x", "cu", "-arch=sm_90", "--expt-relaxed-constexpr", "-ptx"],
}


@dataclasses.dataclass
class Case:
    name: str
    anchor: str
    expected: list  # of regular expressions
    only: list  # of compilers; empty: all
    prose: str
    fail: Path
    twin: Path

    def for_compiler(self, compiler):
        """Why this case is left out, or an empty string."""
        if self.only and compiler not in self.only:
            return "only for " + " ".join(self.only)
        if compiler == "nvcc" and reaches_xtensor(self.fail):
            return "includes xtensor, which nvcc takes too long over"
        return ""


def body(path):
    """The program without its leading comment."""
    lines = path.read_text().splitlines()
    while lines and (lines[0].startswith("//") or not lines[0].strip()):
        lines.pop(0)
    return "\n".join(lines).rstrip() + "\n"


def read_case(fail):
    anchor, expected, only, prose = "", [], [], []
    for line in fail.read_text().splitlines():
        if not line.startswith("//"):
            break
        line = line.removeprefix("//").strip()
        key, _, value = line.partition(": ")
        if key == "error":
            anchor = value.strip()
        elif key == "expect":
            expected.append(value.strip())
        elif key == "only":
            only = value.split("(")[0].split()
        else:
            prose.append(line)
    name = fail.name.removesuffix(".fail.cpp")
    return Case(name, anchor, expected, only, " ".join(prose).strip(), fail, fail.with_name(f"{name}.pass.cpp"))


def all_cases(folder=FOLDER):
    return [read_case(path) for path in sorted(folder.glob("*.fail.cpp"))]


def reaches_xtensor(path, seen=None):
    """Whether `path` includes xtensor through whatever headers of Strata."""
    seen = set() if seen is None else seen
    for header in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)', path.read_text(), re.MULTILINE):
        if re.match(r"(xtensor|xtensor-blas|xtl|xflens)/", header):
            return True
        candidates = [ROOT / "include" / header, path.parent / header]
        for candidate in candidates:
            if candidate.is_file() and candidate.resolve() not in seen:
                seen.add(candidate.resolve())
                if reaches_xtensor(candidate, seen):
                    return True
    return False


def find_compiler(name):
    """The compiler's path, or None."""
    found = shutil.which(name)
    if found is None and name == "nvcc":
        found = shutil.which("/usr/local/cuda/bin/nvcc")
    return found


def compile_source(compiler, source):
    """(whether it compiled, everything the compiler said)."""
    flags = ["-std=c++20", "-Iinclude", *COMPILERS[compiler]]
    source = source.resolve()
    if source.is_relative_to(ROOT):
        source = source.relative_to(ROOT)  # as short as what a user sees
    with tempfile.TemporaryDirectory() as scratch:
        if compiler == "nvcc":
            flags += ["-o", f"{scratch}/out.ptx"]
        result = subprocess.run(
            [find_compiler(compiler), *flags, str(source)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            errors="replace",
            env=plain_environment(),
        )
    return result.returncode == 0, result.stdout + result.stderr


def plain_environment():
    import os

    return os.environ | {"LC_ALL": "C", "LANG": "C"}


def message(output):
    """What the compiler says, without the lines of source that it shows, on one line, and the same for all three:
    no suffix on numbers (128UL), no cast before them ((unsigned long)128)."""
    lines = output.splitlines()
    kept = []
    for index, line in enumerate(lines):
        caret = re.fullmatch(r"[ \t]*\^?[ ~^]*", line) and "^" in line
        next_is_caret = index + 1 < len(lines) and re.fullmatch(r"[ \t~]*\^[ ~^]*", lines[index + 1])
        if caret or next_is_caret or re.match(r"\s*\d*\s\|", line):
            continue
        kept.append(line)
    text = " ".join(kept)
    text = re.sub(r"\((?:unsigned long|unsigned int|int|long|size_t|std::size_t)\)\s*(?=\d)", "", text)
    text = re.sub(r"\b(\d+)(?:ull|ul|u|ll|l)\b", r"\1", text, flags=re.IGNORECASE)
    text = re.sub(r">\s+(?=>)", ">", text)
    return re.sub(r"\s+", " ", text)


def line_count(output):
    return sum(1 for line in output.splitlines() if line.strip())
