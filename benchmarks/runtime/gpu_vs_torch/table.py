"""Merges the lines of strata.cu, strata_cpu.cpp and torch_baseline.py into one table in Markdown.

`table.py FILE...` reads lines of JSON, several rounds of them, and takes the median of each figure over the rounds.
What is no such line is left out, and counted at the end.
"""

import json
import statistics
import sys

COLUMNS = [  # way, heading
    ("captured", "Strata"),
    ("uncaptured", "not recorded"),
    ("step", "step alone"),
    ("eager", "PyTorch eager"),
    ("compile", "compile"),
    ("graph", "graph"),
]
OPTIMIZERS = ["sgd", "adam", "inference"]


def read(paths):
    """(figures by case, versions by name, notes by way, errors by case and way, number of lines left out)"""
    figures, versions, notes, errors, strange = {}, {}, {}, {}, 0
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if not line.strip():
                    continue
                try:
                    fields = json.loads(line)
                    if "info" in fields:
                        versions.update((str(name), str(value)) for name, value in fields.items() if name != "info")
                        continue
                    way = str(fields["way"])
                    optimizer, precision = str(fields["optimizer"]), str(fields["precision"])
                    if way == "cpu":
                        precision = ""  # float32, and beside every precision of the GPU's
                    case = (precision, str(fields["case"]), optimizer, int(fields["batch"]))
                    if "us" in fields:
                        us = float(fields["us"])
                        if not 0 < us < float("inf"):
                            raise ValueError
                        figures.setdefault(case, {}).setdefault(way, []).append(us)
                        if "note" in fields:
                            notes.setdefault((way, optimizer, str(fields["note"])), set()).add(case)
                    else:
                        errors.setdefault((way, case), str(fields["error"]))
                except (ValueError, KeyError, TypeError, AttributeError):
                    strange += 1
    medians = {
        case: {way: statistics.median(values) for way, values in ways.items()} for case, ways in figures.items()
    }
    return medians, versions, notes, errors, strange


def number(value):
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def ratio(value, by):
    return "-" if value is None or by is None else f"{value / by:.2f}"


def rows(medians):
    """The cells of each row, in the order of the networks' sizes of output: as they were measured."""
    nets = list(dict.fromkeys(case[1] for case in medians))
    cases = [case for case in medians if case[0]]
    cases.sort(key=lambda case: (case[0], nets.index(case[1]), OPTIMIZERS.index(case[2]), case[3]))
    for precision, net, optimizer, batch in cases:
        ways = medians[precision, net, optimizer, batch]
        torch = [ways[way] for way in ("eager", "compile", "graph") if way in ways]
        best, strata = min(torch, default=None), ways.get("captured")
        cpu = medians.get(("", net, optimizer, batch), {}).get("cpu")
        yield (
            [net, precision, optimizer, str(batch)]
            + [number(ways.get(way)) for way, _ in COLUMNS]
            + [ratio(best, strata), ratio(best, ways.get("step")), ratio(ways.get("eager"), strata), number(cpu)]
        )


def print_table(paths):
    medians, versions, notes, errors, strange = read(paths)
    medians = {case: ways for case, ways in medians.items() if case[2] in OPTIMIZERS}
    print("Microseconds per step; medians over the rounds. Ratios above 1: Strata is quicker.\n")
    print(", ".join(f"{name} {value}" for name, value in versions.items()) + "\n")
    heading = ["network", "precision", "what", "batch"] + [name for _, name in COLUMNS]
    heading += ["best PyTorch / Strata", "best PyTorch / step alone", "eager / Strata", "Strata, one CPU core"]
    print("| " + " | ".join(heading) + " |")
    print("| --- | --- | --- |" + " ---: |" * (len(heading) - 3))
    for cells in rows(medians):
        print("| " + " | ".join(cells) + " |")
    if notes:
        print()
    for (way, optimizer, note), cases in sorted(notes.items()):
        print(f"- PyTorch {way}, {optimizer}: {note} ({len(cases)} cases)")
    if errors:
        print()
    for (way, (precision, net, optimizer, batch)), why in errors.items():
        print(f"- no figure for {way}, {net}, {precision}, {optimizer}, batch {batch}: {why}")
    if strange:
        print(f"\n{strange} lines were none of ours and are left out.")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("table.py: name the files of JSON lines to merge")
    print_table(sys.argv[1:])
