"""What the end-to-end tests share: the broker under test, Kafka's own tools, waiting, and skipping.

The broker is ours, $MONKAFKA_BIN or else build/release/bin/monkafka. With
MONKAFKA_E2E_AGAINST=kafka it is Apache Kafka 3.9, which every test that does not say so must pass as
well: that is how we know that a test asks for what Kafka does.

Nothing here sleeps and hopes: wait_until() polls a condition and fails at its deadline.
A test that cannot run calls skip(). The whole file then ends with exit code 77, or fails if CI=true,
since our CI machine can run everything.
"""
import ctypes
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXIT_SKIPPED = 77
EXIT_UNREACHABLE = 75  # what the fetch scripts say when a registry cannot be reached
START_SECONDS = 60
STOP_SECONDS = 60


def against_kafka():
    return os.environ.get("MONKAFKA_E2E_AGAINST") == "kafka"


def skip(reason):
    raise unittest.SkipTest(reason)


def wait_until(condition, seconds, what):
    """Returns the condition's first true value; fails if there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def die_with_parent():
    """For preexec_fn: no broker or client outlives a test that was killed."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class Finished:
    """A command that ran to its end."""

    def __init__(self, command, code, out, err, seconds):
        self.command, self.code, self.out, self.err, self.seconds = command, code, out, err, seconds

    @property
    def lines(self):
        return self.out.splitlines()

    def __str__(self):
        return f"$ {self.command}\nexit code {self.code}\nstdout:\n{self.out}\nstderr:\n{self.err}"


def run(*command, stdin="", seconds=180, code=0, env=None):
    """Runs a command to its end. Fails unless it ends in time, with this code (None: any)."""
    command = [str(part) for part in command]
    begin = time.monotonic()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=dict(os.environ, **(env or {})), preexec_fn=die_with_parent)
    try:
        out, err = process.communicate(stdin, timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        ended = Finished(" ".join(command), "none: killed", out, err, seconds)
        raise AssertionError(f"not ended within {seconds} s: {ended}") from None
    ended = Finished(" ".join(command), process.returncode, out, err, time.monotonic() - begin)
    if code is not None and ended.code != code:
        raise AssertionError(f"exit code {ended.code} instead of {code}: {ended}")
    return ended


def fetched(script, *arguments):
    """The last line that a fetch script prints; skips if it cannot reach its registry."""
    done = run(script, *arguments, seconds=900, code=None)
    if done.code == EXIT_UNREACHABLE:
        skip(f"{pathlib.Path(script).name} cannot reach its registry: {done.err.strip()}")
    if done.code != 0:
        raise AssertionError(f"{done}")
    return done.lines[-1]


class KafkaTools:
    """The command line tools of one Apache Kafka release, pointed at one broker."""

    def __init__(self, version, address):
        self.bin = pathlib.Path(fetched(ROOT / "tests" / "kafka" / "fetch", version))
        self.address = address

    def command(self, tool, *arguments):
        bootstrap = ["--bootstrap-server", self.address]
        if tool == "kafka-cluster":  # the only one that wants its subcommand first
            return [self.bin / f"{tool}.sh", *arguments, *bootstrap]
        return [self.bin / f"{tool}.sh", *bootstrap, *map(str, arguments)]

    def __call__(self, tool, *arguments, **options):
        return run(*self.command(tool, *arguments), **options)

    def start(self, tool, *arguments, stdout):
        """The same, left running: for a consumer that is a group's member meanwhile."""
        return subprocess.Popen(
            self.command(tool, *arguments), stdin=subprocess.DEVNULL, stdout=stdout,
            stderr=subprocess.STDOUT, preexec_fn=die_with_parent)


def program(name):
    """One of the programs that tests/e2e/clients builds."""
    places = [pathlib.Path(os.environ["MONKAFKA_E2E_PROGRAMS"])] \
        if "MONKAFKA_E2E_PROGRAMS" in os.environ \
        else [ROOT / "build" / preset / "bin" for preset in ("release", "debug")]
    for place in places:
        if (place / name).exists():
            return place / name
    raise AssertionError(f"{name} is in none of {', '.join(map(str, places))}: build it first")


def debian_program(name):
    path = shutil.which(name)
    if not path:
        skip(f"{name} is not installed")
    return path


def monkafka_binary():
    path = pathlib.Path(os.environ.get("MONKAFKA_BIN", ROOT / "build/release/bin/monkafka"))
    if not path.exists():
        raise AssertionError(f"there is no {path}: build it, or set MONKAFKA_BIN")
    return path


class Monkafka:
    """Our broker as a process. Its directory holds data/, broker.log and ready."""

    def __init__(self, home):
        self.home = home
        self.process = None
        self.log_path = home / "broker.log"

    def spawn(self, port, overrides):
        ready = self.home / "ready"
        ready.unlink(missing_ok=True)
        command = [monkafka_binary(), "--host", "127.0.0.1", "--port", str(port),
                   "--data-dir", self.home / "data", "--ready-file", ready]
        for key, value in overrides.items():
            command += ["--override", f"{key}={value}"]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, preexec_fn=die_with_parent)

    def wait_ready(self):
        def address():
            if self.process.poll() is not None:
                raise AssertionError(f"the broker ended with {self.process.returncode}:\n"
                                     f"{self.log_path.read_text()[-4000:]}")
            ready = self.home / "ready"
            return ready.exists() and ready.read_text().strip()
        return wait_until(address, START_SECONDS, "the broker accepts connections")

    def pid(self):
        return self.process.pid if self.process and self.process.poll() is None else None

    def end(self, signal_number):
        """Sends the signal, waits for the end and returns the exit code."""
        self.process.send_signal(signal_number)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the broker did not end within {STOP_SECONDS} s") from None


class ApacheKafka:
    """Apache Kafka behind the same few methods."""

    SCRIPT = ROOT / "tests" / "kafka" / "apache-kafka"

    def __init__(self, home, version="3.9"):
        self.home = home
        self.version = version
        self.log_path = home / "server.log"
        self.address = None

    def spawn(self, port, overrides):
        settings = [part for key, value in overrides.items() for part in ("--set", f"{key}={value}")]
        self.address = fetched(self.SCRIPT, "start", "--dir", self.home, "--port", port,
                               "--version", self.version, *settings)

    def wait_ready(self):
        return self.address

    def pid(self):
        path = self.home / "pid"
        return int(path.read_text()) if path.exists() else None

    def end(self, signal_number):
        kill = ["--kill"] if signal_number == signal.SIGKILL else []
        run(self.SCRIPT, "stop", "--dir", self.home, *kill)
        return 0 if not kill else -signal.SIGKILL


class Broker:
    """The broker under test in a directory of its own; keeps its port when it is started again."""

    def __init__(self, home=None, flavour=None, **overrides):
        """flavour: monkafka, kafka (3.9) or "kafka 4". overrides: broker settings, by **{"log.dir": ...}."""
        self.home = pathlib.Path(home or scratch_directory())
        self.home.mkdir(parents=True, exist_ok=True)
        self.overrides = overrides
        self.flavour = flavour or ("kafka" if against_kafka() else "monkafka")
        self.server = Monkafka(self.home) if self.flavour == "monkafka" else \
            ApacheKafka(self.home, *self.flavour.split()[1:])
        self.data = self.home / "data"
        self.port = 0
        self.address = None

    def start(self):
        self.spawn()
        return self.wait_ready()

    def spawn(self):
        """Starts without waiting (Apache Kafka always waits)."""
        self.server.spawn(self.port, self.overrides)

    def wait_ready(self):
        self.address = self.server.wait_ready()
        self.port = int(self.address.rsplit(":", 1)[1])
        return self

    def stop(self):
        """A clean shutdown."""
        code = self.server.end(signal.SIGTERM)
        if code != 0:
            raise AssertionError(f"clean shutdown ended with {code}:\n{self.log()[-4000:]}")

    def kill(self):
        self.server.end(signal.SIGKILL)

    def restart(self):
        self.stop()
        return self.start()

    def log(self):
        return self.server.log_path.read_text(errors="replace")

    @property
    def pid(self):
        return self.server.pid()

    def close(self):
        """For cleanups: whatever state it is in, it is gone afterwards."""
        if self.pid:
            self.server.end(signal.SIGKILL)


_scratch = []


def scratch_directory():
    """A new directory; main() deletes it if all tests passed, else says where it is."""
    path = pathlib.Path(tempfile.mkdtemp(prefix=pathlib.Path(sys.argv[0]).stem + "-"))
    _scratch.append(path)
    return path


class TestCase(unittest.TestCase):
    """unittest's TestCase, and asserting on lines of text."""

    longMessage = True
    maxDiff = None

    def assert_line(self, pattern, text):
        """Some line of the text matches the whole pattern; returns the match."""
        text = str(text.out if isinstance(text, Finished) else text)
        for line in text.splitlines():
            found = re.fullmatch(pattern, line)
            if found:
                return found
        raise self.failureException(f"no line matches {pattern!r} in:\n{text}")


class BrokerCase(TestCase):
    """Tests that share one broker, started before the first of them."""

    overrides = {}

    @classmethod
    def setUpClass(cls):
        cls.broker = Broker(**cls.overrides)
        cls.addClassCleanup(cls.broker.close)
        cls.broker.start()


def finish(failed, skips):
    """Ends the process as its file's outcome wants it."""
    sys.stdout.flush()
    sys.stderr.flush()
    if failed:
        for path in _scratch:
            print(f"kept for you to look at: {path}", file=sys.stderr)
        sys.exit(1)
    for path in _scratch:
        shutil.rmtree(path, ignore_errors=True)
    for skipped in skips:
        print(f"\n*** SKIPPED: {skipped}", file=sys.stderr)
    if skips:
        sys.exit(1 if os.environ.get("CI") == "true" else EXIT_SKIPPED)
    sys.exit(0)


def main():
    """Runs the calling file's tests (arguments as for unittest) and ends with their exit code."""
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    finish(failed=not result.wasSuccessful() or result.testsRun + len(result.skipped) == 0,
           skips=[f"{test}: {reason}" for test, reason in result.skipped])


def script(function):
    """Runs a test that is one function, and ends with its exit code."""
    skips = []
    failed = False
    try:
        function()
    except unittest.SkipTest as reason:
        skips.append(f"{pathlib.Path(sys.argv[0]).name}: {reason}")
    except AssertionError as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        failed = True
    finish(failed, skips)
