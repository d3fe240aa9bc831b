#!/usr/bin/env python3
"""Packages of fake programs, run as scripts/test_gpu --run runs those of --pack on a machine with a GPU.

Checked: what the runner says of programs that pass, fail, hang, crash and skip; budget, report, exit status; that it needs
nothing but bash, tar, ldd and the coreutils; that libraries are found which only the package has.
"""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts" / "gpu_package"

# All that a package may ask of a machine. There is no xz, no nvidia-smi, no Python.
TOOLS = """bash cat cp date dirname env grep head ldd ln ls mkdir mktemp nproc realpath rm sleep sort stdbuf tail tar tee
    timeout uname""".split()

FAKES = {
    "passes": "echo a line of passes",
    "fails": "echo why it fails >&2; exit 3",
    "hangs": "echo before it hangs; echo $$ >>\"$here/hanging\"; exec sleep 60",
    "crashes": "kill -SEGV $$",
    "skips": "echo no GPU; exit 77",
    "naps": "echo begins; sleep 1; echo ends",
}
# What a sanitizer prints.
SANITIZER = """echo "========= COMPUTE-SANITIZER"
case "$*" in
*finds*) echo "========= Invalid __global__ write of size 4 bytes"; exec sleep 60 ;;
*slow*) exec sleep 60 ;;
*refused*) echo "========= Error: Device not supported"; exit 1 ;;
*clean*) echo "========= ERROR SUMMARY: 0 errors" ;;
esac"""

problems = []


def expect(condition, text):
    if not condition:
        problems.append(text)
        print(f"FAILED: {text}")


def script(path, text):
    path.write_text(f'#!/usr/bin/env bash\nhere="{path.parents[1]}"\n{text}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


class Machine:
    """A bare machine: a folder with a package and scripts/test_gpu, another with the tools, a third for temporary files."""

    def __init__(self, work):
        self.work = Path(work)
        self.tools, self.temporary = self.work / "tools", self.work / "temporary"
        self.tools.mkdir()
        self.temporary.mkdir()
        for tool in TOOLS:
            (self.tools / tool).symlink_to(shutil.which(tool))
        self.count = 0

    def package(self, plan, prepare=None):
        """A folder with a package FILE of the fakes that carries out `plan`, and nothing else but scripts/test_gpu."""
        self.count += 1
        content, there = self.work / f"content{self.count}", self.work / f"there{self.count}"
        for folder in (content / "bin", content / "lib", there):
            folder.mkdir(parents=True)
        for name, text in FAKES.items():
            script(content / "bin" / name, text.replace("$here", str(there)))
        for name in ("sanitize", "benchmark"):
            shutil.copy(SCRIPTS / name, content / "bin")
        (content / "plan").write_text("".join(f"{line}\n" for line in plan))
        (content / "about").write_text("a package of fakes\n")
        if prepare:
            prepare(content)
        subprocess.run([SCRIPTS / "archive", content, there / "package"], check=True, stdout=subprocess.DEVNULL)
        shutil.copy(ROOT / "scripts" / "test_gpu", there)
        return there

    def start(self, there, *options):
        return subprocess.Popen(["./test_gpu", "--run", "package", *options], cwd=there, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, env={"PATH": str(self.tools), "TMPDIR": str(self.temporary)})

    def run(self, there, *options):
        """(exit status, output, report, seconds)"""
        began = time.monotonic()
        process = self.start(there, *options)
        output = process.communicate(timeout=60)[0]
        report = (there / "gpu_report.txt").read_text()
        return process.returncode, output, report, time.monotonic() - began


def table(text):
    """The results by the names of the parts, from the table at the end."""
    lines = text[text.rindex("part  "):].splitlines()[1:]
    return {line[:32].strip(): line[33:57].strip() for line in lines if line[:1].isalpha()}


def alive(there):
    """Whether a program that hangs is still there, a moment after."""
    time.sleep(0.5)
    return any(Path(f"/proc/{pid}").exists() for pid in (there / "hanging").read_text().split())


def results(machine):
    plan = ["first 5 1 passes", "failing 5 1 fails", "hanging 1 1 hangs", "crashing 5 1 crashes", "skipping 5 1 skips",
            "absent 5 1 no_such_program", "slow ~1 1 hangs", *(f"nap.{i} 5 4 naps" for i in range(5)), "last 5 1 passes"]
    there = machine.package(plan)
    status, output, report, _ = machine.run(there)
    found = table(report)
    wanted = {"first": "passed", "failing": "FAILED (status 3)", "hanging": "FAILED (over 1 s)",
              "crashing": "FAILED (status 139)", "skipping": "skipped", "absent": "FAILED (status 127)", "slow": "cut off",
              "last": "passed"}
    for name, result in wanted.items():
        expect(found.get(name) == result, f"{name} has to be '{result}', and is '{found.get(name)}'")
    expect(all(found.get(f"nap.{i}") == "passed" for i in range(5)), "the naps have to pass")
    expect(table(output) == found, "the table of the output is another one than that of the report")
    expect(status == 1, f"a failing part: the exit status is {status}")
    expect(0 < report.find("== slow: cut off") < report.find(": begins"), "the naps do not wait for what runs alone")
    expect(0 < report.find("nap.3: begins") < report.find(": ends"), "four naps do not begin before the first ends")
    expect(report.find("nap.4: begins") > report.find(": ends"), "a fifth nap does not wait")
    expect(report.rfind(": ends") < report.find("last: a line"), "what runs alone does not wait for the naps")
    for line in ("machine: a package of fakes", "first: a line of passes", "failing: why it fails", "hanging: before it hangs"):
        expect(f"\n{line}\n" in f"\n{report}", f"the report has no line '{line}'")
    expect("7 passed, 4 failed, 1 skipped, 1 cut off or left out" in report, "the sum at the end is another one")
    expect(not alive(there), "a program that hangs was not ended")


def passing(machine):
    there = machine.package(["first 5 1 passes", "skipping 5 1 skips", "last 5 1 passes"])
    status, output, report, _ = machine.run(there, "--report", "gpu_report.txt", "--budget", "20")
    expect(status == 0, f"nothing failed: the exit status is {status}\n{output}")
    expect("2 passed, 0 failed, 1 skipped, 0 cut off" in output, "the sum of what passes")
    expect({path.name for path in there.iterdir()} == {"gpu_report.txt", "package", "test_gpu"}, "something was left there")
    for wrong in (["--budget", "x"], ["--report"], ["--other", "1"]):
        expect(machine.run(there, *wrong)[0] == 2, f"{wrong}: has to be refused")


def no_gpu(machine):
    there = machine.package(["first 5 1 skips", "second 5 1 fails"])
    status, _, report, _ = machine.run(there)
    expect(status == 77, f"no GPU: the exit status is {status}")
    expect(table(report) == {"first": "skipped", "second": "left out"}, f"no GPU: {table(report)}")


def budget(machine):
    there = machine.package(["first 5 1 passes", "long 60 1 hangs", "later 5 1 fails"])
    status, output, report, seconds = machine.run(there, "--budget", "5")
    expect(status == 3, f"out of time: the exit status is {status}")
    expect(table(report) == {"first": "passed", "long": "cut off", "later": "left out"}, f"out of time: {table(report)}")
    expect(seconds < 10, f"a budget of 5 s took {seconds:.1f} s")
    expect("long: before it hangs" in report and not alive(there), "out of time: the part's line, or its end, is missing")


def cut_off(machine):
    for number in (signal.SIGTERM, signal.SIGKILL):
        there = machine.package(["first 5 1 passes", "long 5 1 hangs", "later 5 1 passes"])
        process = machine.start(there)
        for _ in range(100):
            time.sleep(0.1)
            if (there / "hanging").exists():
                break
        time.sleep(0.3)
        process.send_signal(number)
        if number == signal.SIGTERM:
            process.wait(timeout=20)
            time.sleep(0.5)
            report = (there / "gpu_report.txt").read_text()
            expect(process.returncode == 3, f"ended from outside: the exit status is {process.returncode}")
            found = table(report)
            expect(found == {"first": "passed", "long": "cut off", "later": "left out"}, f"ended from outside: {found}")
            expect(report.rstrip().endswith("gpu_report.txt"), "ended from outside: something stands behind the table")
            expect(not alive(there), "ended from outside: its program goes on")
            process.communicate()
        else:
            process.wait()
            report = (there / "gpu_report.txt").read_text()
            expect("== first: passed" in report and "long: before it hangs" in report, "killed: the report is not whole")
            process.communicate(timeout=20)  # until its program is ended by its limit
            for folder in machine.temporary.iterdir():
                shutil.rmtree(folder)


def libraries(machine):
    def prepare(content):
        compiler = os.environ.get("CXX", "g++")
        (content / "library.cpp").write_text("int answer() { return 42; }\n")
        (content / "program.cpp").write_text("int answer();\nint main() { return answer() == 42 ? 0 : 1; }\n")
        library = content / "lib" / "libonly_in_the_package.so"
        subprocess.run([compiler, "-shared", "-fPIC", content / "library.cpp", "-o", library], check=True)
        subprocess.run([compiler, content / "program.cpp", f"-L{library.parent}", "-lonly_in_the_package", "-o",
                        content / "bin" / "needs_it"], check=True)

    there = machine.package(["first 5 1 needs_it"], prepare)
    status, output, report, _ = machine.run(there)
    expect(status == 0 and "libraries: libonly_in_the_package.so from" in report, f"a library of the package: {output}")

    there = machine.package(["first 5 1 needs_it"], lambda content: (prepare(content), shutil.rmtree(content / "lib")))
    status, output, _, _ = machine.run(there)
    expect(status == 1 and "libonly_in_the_package.so is not here" in output, f"a library that is nowhere: {output}")


def sanitizers(machine):
    ways = ("finds", "slow", "refused", "clean")
    plan = ["first 5 1 passes", *(f"{way} ~1 4 sanitize memcheck passes {way}" for way in ways)]
    there = machine.package(plan, lambda content: script(content / "bin" / "compute-sanitizer", SANITIZER))
    found = table(machine.run(there)[2])
    wanted = {"first": "passed", "finds": "FAILED (status 9)", "slow": "cut off", "refused": "skipped", "clean": "passed"}
    expect(found == wanted, f"under a sanitizer: {found}")
    found = table(machine.run(machine.package(plan))[2])
    expect(all(found[way] == "skipped" for way in ways), f"without a sanitizer: {found}")


def benchmarks(machine):
    def prepare(content):
        script(content / "bin" / "gpu_vs_torch", 'echo "figure of $*"')
        script(content / "bin" / "python3", """case "$*" in
            *table.py*) echo "a table of"; cat "${@: -1}" ;;
            *torch_baseline.py*) echo figure of PyTorch; exec sleep 60 ;;
            esac""")

    there = machine.package(["first 5 1 passes", "benchmark ~2 1 benchmark eager --quick"], prepare)
    status, _, report, _ = machine.run(there)
    expect(status == 3 and table(report)["benchmark"] == "cut off", f"a benchmark that is cut off: {status}")
    expect("benchmark: a table of\nbenchmark: figure of --quick\nbenchmark: figure of PyTorch\n" in report,
           f"a benchmark that is cut off: no table of what is there in\n{report}")


def size(machine):
    content = machine.work / "large"
    content.mkdir()
    (content / "noise").write_bytes(os.urandom(2_000_000))
    result = subprocess.run([SCRIPTS / "archive", content, machine.work / "package", "1"], text=True, capture_output=True)
    expect(result.returncode == 1 and "and 1 is the most" in result.stderr, f"a large package: {result}")
    expect(not (machine.work / "package").exists(), "a large package was written")


def main():
    with tempfile.TemporaryDirectory() as work:
        machine = Machine(work)
        for case in (results, passing, no_gpu, budget, cut_off, libraries, sanitizers, benchmarks, size):
            began = time.monotonic()
            case(machine)
            left = list(machine.temporary.iterdir())
            expect(not left, f"{case.__name__}: temporary files are left: {left}")
            print(f"{case.__name__}: {time.monotonic() - began:.1f} s", flush=True)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
