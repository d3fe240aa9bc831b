#!/usr/bin/env python3
"""The programs that some tests run, one per line, as targets of a Ninja build: reads what `ctest --show-only=json-v1`
prints, and takes the build folder. A test that is a script needs none.
"""

import json
import re
import sys
from pathlib import Path

build = Path(sys.argv[1]).resolve()
selected = {test["name"] for test in json.load(sys.stdin)["tests"]}
targets = set(re.findall(r"^build ([^:| ]+)", (build / "build.ninja").read_text(), re.MULTILINE))
programs = set()
# (ctest itself tells the command of a test only when the program is there.)
for path in build.rglob("CTestTestfile.cmake"):
    for name, command in re.findall(r"^add_test\(\[=\[(.*?)\]=\] (.*)\)$", path.read_text(), re.MULTILINE):
        if name in selected:
            programs.update(word.removeprefix(f"{build}/") for word in re.findall(r'"([^"]*)"', command))
for program in sorted(programs & targets):
    print(program)
