#!/usr/bin/env python3
"""Runs the compile-fail cases (see cases.py) with one compiler: the fail file must be refused with the expected
message, its twin must compile. One line per case; exit status 77 when the compiler is not there.

--control shows on made-up cases (control/) that this script does report what it should.
"""

import argparse
import concurrent.futures
import re
import sys

from cases import FOLDER, all_cases, compile_source, find_compiler, line_count, message

MOST_LINES = 40  # of output for one refused program; 15 is what we aim at


def shown(output):
    """No more of a compiler's output than one can read."""
    lines = output.splitlines()
    more = [f"... and {len(lines) - MOST_LINES} lines more"] if len(lines) > MOST_LINES else []
    return "\n".join(lines[:MOST_LINES] + more)


def problems_of(case, compiler):
    """(what is wrong with the case, the number of lines that the compiler wrote)."""
    problems = []
    if not case.anchor:
        problems.append("no line '// error: ANCHOR'")
    if not case.expected:
        problems.append("no line '// expect: REGEX'")
    if not case.twin.exists():
        problems.append(f"no twin {case.twin.name}")
    else:
        compiled, output = compile_source(compiler, case.twin)
        if not compiled:
            problems.append(f"the twin does not compile:\n{shown(output)}")

    compiled, output = compile_source(compiler, case.fail)
    lines = line_count(output)
    if compiled:
        problems.append("compiles, and must not")
        return problems, lines
    text = message(output)
    absent = [expected for expected in case.expected if not re.search(expected, text)]
    for expected in absent:
        problems.append(f"expected text absent: {expected}")
    if absent:
        problems.append(f"the output was:\n{shown(output)}")
    if lines > MOST_LINES:
        problems.append(f"{lines} lines of output, and {MOST_LINES} are the most a reader bears:\n{shown(output)}")
    return problems, lines


def run(cases, compiler):
    """{name: problems}, after printing a line for each case."""
    results, most = {}, 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        jobs = {}
        for case in cases:
            left_out = case.for_compiler(compiler)
            if left_out:
                print(f"left out           {case.name}: {left_out}")
            else:
                jobs[case.name] = pool.submit(problems_of, case, compiler)
        for name, job in jobs.items():
            problems, lines = job.result()
            results[name], most = problems, max(most, lines)
            print(f"{'FAILED' if problems else 'ok':6} {lines:3} lines   {name}", flush=True)
            for problem in problems:
                print("    " + problem.replace("\n", "\n    "))
    failed = sum(1 for problems in results.values() if problems)
    print(f"{compiler}: {len(results)} cases, {failed} failed, longest message {most} lines")
    return results


def control(compiler):
    """Each control case is wrong in one way, which its file name says and which must be reported."""
    reported_as = {
        "sound": None,
        "compiles_though_it_must_not": "compiles, and must not",
        "expected_text_absent": "expected text absent: a sentence that nobody wrote",
        "expected_text_only_in_source": "expected text absent: a word in the source",
        "twin_does_not_compile": "the twin does not compile",
        "too_many_lines": "lines of output, and",
        "twin_missing": "no twin",
    }
    cases = all_cases(FOLDER / "control")
    wrong = sorted(set(reported_as) ^ {case.name for case in cases})
    wrong = [f"control/ and the table in check.py do not agree on {name}" for name in wrong]
    for name, problems in run(cases, compiler).items():
        expected = reported_as.get(name)
        if expected is None and problems:
            wrong.append(f"{name}: must pass, and was reported")
        if expected is not None and not any(expected in problem for problem in problems):
            wrong.append(f"{name}: '{expected}' must be reported, and was not")
    print("\n".join(wrong) or "control: every failure above is the one that should be reported")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", default="g++", choices=["g++", "clang++", "nvcc"])
    parser.add_argument("--control", action="store_true")
    parser.add_argument("names", nargs="*", help="cases to run (default: all)")
    arguments = parser.parse_args()

    if find_compiler(arguments.compiler) is None:
        print(f"no {arguments.compiler} here")
        return 77
    if arguments.control:
        return 1 if control(arguments.compiler) else 0
    cases = [case for case in all_cases() if not arguments.names or case.name in arguments.names]
    if not cases:
        print("no cases" + (f" named {' '.join(arguments.names)}" if arguments.names else " yet"))
        return 1 if arguments.names else 77
    return 1 if any(run(cases, arguments.compiler).values()) else 0


if __name__ == "__main__":
    sys.exit(main())
