#!/usr/bin/env python3
"""Checks that the code shown in README.md and docs/ is compiled code.

A code block right behind `<!-- source: PATH -->` must equal that file; behind `<!-- source: PATH#NAME -->`, the
part of it between two lines `// [NAME]` (`# [NAME]` in CMake files). Indentation that all
lines of a part share does not count. --fix rewrites the blocks. Also checked: links to files of the repository lead somewhere.
"""

import argparse
import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

BLOCK = re.compile(r"(<!-- source: (?P<source>[^>]+?) -->\n+```\w*\n)(?P<code>.*?)(?P<end>^```$)", re.DOTALL | re.MULTILINE)
MARKER = re.compile(r"<!-- source: ([^>]+?) -->")
LINK = re.compile(r"\[[^\]]*\]\((?!https?://|#|mailto:)([^)#\s]+)")


def source_text(root, source):
    """The text that `source` (PATH or PATH#NAME) stands for; raises ValueError with a reason."""
    path, _, name = source.partition("#")
    if not (root / path).is_file():
        raise ValueError(f"there is no {path}")
    text = (root / path).read_text()
    if not name:
        return text.rstrip() + "\n"
    marker = rf"^[ \t]*(?://|#) \[{re.escape(name)}\][ \t]*\n"
    parts = re.split(marker, text, flags=re.MULTILINE)
    if len(parts) != 3:
        raise ValueError(f"{path} needs exactly two lines '// [{name}]', and has {len(parts) - 1}")
    return textwrap.dedent(parts[1]).strip("\n") + "\n"


def check_page(root, page, fix):
    """(problems, number of blocks compared)."""
    problems, text = [], page.read_text()
    where = page.relative_to(root).as_posix()
    blocks = list(BLOCK.finditer(text))
    if len(blocks) != len(MARKER.findall(text)):
        problems.append(f"{where}: a line '<!-- source: ... -->' has no code block right behind it")

    def compare(match):
        try:
            expected = source_text(root, match["source"])
        except ValueError as reason:
            problems.append(f"{where}: {match['source']}: {reason}")
            return match[0]
        if expected == match["code"]:
            return match[0]
        if not fix:
            problems.append(f"{where}: the block differs from {match['source']}; tests/docs/check.py --fix mends it")
        return match[1] + expected + match["end"]

    new = BLOCK.sub(compare, text)
    if fix and new != text:
        page.write_text(new)
    for link in LINK.findall(re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.DOTALL | re.MULTILINE)):
        if not (page.parent / link).exists():
            problems.append(f"{where}: the link to {link} leads nowhere")
    return problems, len(blocks)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fix", action="store_true")
    parser.add_argument("--root", type=Path, default=ROOT)
    arguments = parser.parse_args()

    root = arguments.root
    pages = sorted(root.glob("*.md")) + sorted((root / "docs").rglob("*.md"))
    problems, blocks = [], 0
    for page in pages:
        found, compared = check_page(root, page, arguments.fix)
        problems += found
        blocks += compared
    print("\n".join([*problems, f"{len(pages)} pages, {blocks} blocks compared, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
