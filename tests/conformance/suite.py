"""What the three suites share: the command line, running one command with a limit, the table.

A row is one test. Its result is passed, failed or skipped; `later` names the feature it needs when
that is one MonKafka does not have yet, so that such a failure is told apart from a surprise.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent


@dataclasses.dataclass
class Row:
    test: str
    result: str
    seconds: float
    reason: str = ""
    later: str = ""


def parser(doc, name, timeout):
    # Ended by a signal, run() still ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    made = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("checkout", type=pathlib.Path, metavar="CHECKOUT")
    made.add_argument("address", metavar="ADDRESS", help="the broker, host:port")
    made.add_argument("--out", type=pathlib.Path, metavar="DIR",
                      default=TOP / "build" / "conformance" / name)
    made.add_argument("--only", metavar="REGEX", help="only the tests that match")
    made.add_argument("--timeout", type=int, default=timeout, metavar="SECONDS",
                      help="for each test program (default %(default)s)")
    return made


def run(command, timeout, output, errors=subprocess.STDOUT, **options):
    """Runs command with its output in the file `output`. Its exit code, or None if over the limit."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with open(output, "wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=errors,
                                   start_new_session=True, **options)
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)  # it, or what it has left behind
            except ProcessLookupError:
                pass
            process.wait()


def later(name, table):
    """The feature that `table`, of pairs (pattern, feature), names for this test, or nothing."""
    return next((feature for pattern, feature in table if pattern.search(name)), "")


def progress(row):
    note = f"  (later: {row.later})" if row.later and row.result != "passed" else ""
    reason = f"  {row.reason}" if row.reason and row.result != "passed" else ""
    print(f"{row.result:8} {row.seconds:8.1f}  {row.test}{note}{reason}", flush=True)


def finish(name, arguments, rows, started):
    """Writes DIR/table.txt and DIR/table.json, prints the sums, and is the exit code."""
    rows.sort(key=lambda row: row.test)
    lines = [f"{row.result:8} {row.seconds:8.1f}  {row.test}"
             + (f"  (later: {row.later})" if row.later else "")
             + (f"  {row.reason}" if row.reason else "") for row in rows]
    count = {result: sum(row.result == result for row in rows)
             for result in ("passed", "failed", "skipped")}
    expected = sum(row.result == "failed" and bool(row.later) for row in rows)
    lines.append(f"{name} against {arguments.address}: {count['passed']} passed, {count['failed']} "
                 f"failed ({expected} of them need what is to come later), "
                 f"{count['skipped']} skipped, {time.monotonic() - started:.0f} s")
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "table.txt").write_text("\n".join(lines) + "\n")
    (arguments.out / "table.json").write_text(json.dumps(
        {"suite": name, "address": arguments.address, "tests": [vars(row) for row in rows]},
        indent=1) + "\n")
    print(lines[-1])
    print(f"the table: {arguments.out / 'table.txt'}")
    return 0 if rows and count["failed"] == expected else 1


def fail(message):
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {message}")
