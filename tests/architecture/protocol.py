#!/usr/bin/env python3
"""Compares the layer protocol in core/network/layer.hpp with the code: every member of a layer that the code asks for
(`requires { Layer::traits; }`, `typename Layer::children`, `layer.infer(...)`) is in the protocol's text, and
every member in the text is one that some code names.
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Who asks, and what a layer is called there.
ASKING_FOLDERS = ("core", "models", "tools")
LAYER = r"(?:Layer|Net|Module)"
ASKED = re.compile(rf"\b{LAYER}::(?:template\s+)?([a-z]\w*)|\blayer\.(?:template\s+)?([a-z]\w*)")

# A line of the text that declares a member: indented by three, and one of these forms.
DECLARATION = re.compile(
    r"^//   (?:template <class \w+> )?"
    r"(?:using (\w+)|(?:static )?(?:constexpr )?(?:void|bool|Size|Dims|auto|Reason|Wires|\w+Traits|\w+Outcome|std::string|std::string_view|\w+Problem) "
    r"(\w+)(?:<\w+>)?[(; =])"
)


def without_comments(text):
    return re.sub(r"//[^\n]*", "", text)


def requirements_of(text):
    """What stands in the braces of every `requires { ... }` and `requires(...) { ... }`."""
    text = without_comments(text)
    for match in re.finditer(r"\brequires\s*(\(|\{)", text):
        at = match.end() - 1
        if text[at] == "(":  # the parameters, or a condition without braces
            at = end_of(text, at, "(", ")")
            rest = re.match(r"\s*\{", text[at:])
            if rest is None:
                continue
            at += rest.end() - 1
        yield text[at:end_of(text, at, "{", "}")]


def end_of(text, at, opening, closing):
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] == opening) - (text[i] == closing)
        if depth == 0:
            return i + 1
    return len(text)


def asked_members(text):
    return {name or member for block in requirements_of(text) for name, member in ASKED.findall(block)}


def declared_members(protocol):
    """The members in the first comment of core/network/layer.hpp."""
    lines = protocol.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("//"))
    members = []
    for line in lines[start:]:
        if not line.startswith("//"):
            break
        match = DECLARATION.match(line)
        if match:
            members.append(match[1] or match[2])
        elif len(re.findall(r"\bconstexpr\b|\bvoid\b", line)) > 1:
            sys.exit(f"error: core/network/layer.hpp: two declarations run together: {line}")
    return members


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--include", type=Path, default=ROOT / "include", help="the folder that holds strata/")
    library = parser.parse_args().include / "strata"

    asked, code = {}, ""
    for header in sorted(library.rglob("*.hpp")):
        text = header.read_text()
        code += without_comments(text)
        if header.relative_to(library).parts[0] in ASKING_FOLDERS:
            for member in asked_members(text):
                asked.setdefault(member, header.relative_to(library).as_posix())
    declared = declared_members((library / "core/network/layer.hpp").read_text())

    problems = [f"{where} asks a layer for `{member}`, which the protocol in core/network/layer.hpp does not have"
                for member, where in sorted(asked.items()) if member not in declared]
    problems += [f"the protocol in core/network/layer.hpp has `{member}`, which no code names"
                 for member in declared if not re.search(rf"(::|\.|template )\s*{member}\b", code)]
    print(f"{len(declared)} members in the protocol, {len(asked)} of them asked for")
    for problem in problems:
        print(f"error: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
