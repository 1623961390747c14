"""What tests/bench/compare measures with: broker processes, the loader, the yardsticks."""
import contextlib
import json
import mmap
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from harness import ApacheKafka, Monkafka, die_with_parent, monkafka_binary  # noqa: E402

BIN = pathlib.Path(os.environ.get("MONKAFKA_E2E_PROGRAMS", ROOT / "build" / "release" / "bin"))
TICKS = os.sysconf("SC_CLK_TCK")


CALL_SECONDS = 240  # a client that takes longer is stuck


class Failed(Exception):
    """A scenario has no result, and why."""


def build(*programs):
    """Builds these targets of the release."""
    directory = ROOT / "build" / "release"
    if not (directory / "build.ninja").exists():
        subprocess.run(["cmake", "--preset", "release"], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", directory, "--target", *programs], check=True,
                   stdout=subprocess.DEVNULL)


def run_words(command, seconds=CALL_SECONDS):
    """Runs a command to its end and gives what it printed."""
    command = [str(part) for part in command]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              preexec_fn=die_with_parent, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Failed(f"{pathlib.Path(command[0]).name} did not end in {seconds} s") from None
    if done.returncode != 0:
        why = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()[-1]
        raise Failed(f"{pathlib.Path(command[0]).name} ended with {done.returncode}: {why}")
    return done.stdout


def last_json(printed):
    """What a program of ours prints last: one line of JSON."""
    if not printed.strip():
        raise Failed("a client ended without a result")
    return json.loads(printed.splitlines()[-1])


def run_json(*command):
    return last_json(run_words(command))


def words(**options):
    """The loader's options as words of its command line."""
    return [word for key, value in options.items()
            for word in ([f"--{key.replace('_', '-')}"] if value is True
                         else [f"--{key.replace('_', '-')}", str(value)])]


def loader(command, port, **options):
    return run_json(BIN / "bench_loader", command, *words(port=port, **options))


def touch_free_memory(size):
    """Takes so much memory and gives it back, so that what is allocated next has been used.

    A virtual machine gives free memory back to its host, and the first touch of a page that has to
    be fetched again costs more than anything that is measured here. Every broker and every bare
    loop begins with pages that are there. Not by way of a file: nothing of it is left to be
    written to the disk while something is measured.
    """
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
    mmap.mmap(-1, max(1, int(size)), flags=flags).close()


def forget_cached(paths):
    """Drops what the page cache has of these files, which must have been synced."""
    for path in paths:
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def cpu_seconds(pid):
    """(user, system) of the whole process since it began."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) / TICKS, int(fields[12]) / TICKS


def status(pid, key):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    raise KeyError(key)


def context_switches(pid):
    """Of all threads: each time one of them went to sleep or was put to sleep."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            total += sum(int(line.split()[1]) for line in (task / "status").read_text().splitlines()
                         if "ctxt_switches" in line)
    return total


def written_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    return 0


class Cost:
    """What a process spent between two moments."""

    def __init__(self, pid):
        self.pid = pid
        self.user, self.system = cpu_seconds(pid)
        self.switches = context_switches(pid)
        self.written = written_bytes(pid)
        self.began = time.monotonic()

    def end(self):
        user, system = cpu_seconds(self.pid)
        self.user, self.system = user - self.user, system - self.system
        self.switches = context_switches(self.pid) - self.switches
        self.written = written_bytes(self.pid) - self.written
        self.seconds = time.monotonic() - self.began
        return self

    @property
    def cpu(self):
        return self.user + self.system


@contextlib.contextmanager
def cost(pid):
    """with cost(pid) as spent: ...; afterwards spent.cpu and the rest are filled in."""
    spent = Cost(pid)
    yield spent
    spent.end()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(port):
    """True once a client that asks for metadata is told of a broker: it can begin."""
    request = struct.pack(">hhihi", 3, 1, 0, -1, 0)  # Metadata v1 of no topic
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            head = connection.recv(12, socket.MSG_WAITALL)  # length, correlation id, brokers
            return len(head) == 12 and struct.unpack(">i", head[8:])[0] > 0
    except OSError:
        return False


class Broker:
    """Apache Kafka or MonKafka in a directory of its own, from clean; a context manager."""

    def __init__(self, flavour, home, overrides):
        self.flavour, self.home, self.overrides = flavour, home, dict(overrides)
        self.port = free_port()
        self.is_warm = False
        self.tools = None
        self.server = Monkafka(home) if flavour == "monkafka" else \
            ApacheKafka(home, flavour.split()[1])

    def __enter__(self):
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        try:
            self.server.spawn(self.port, self.overrides)
            self.server.wait_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.pid:
            self.server.end(signal.SIGKILL)
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def pid(self):
        return self.server.pid()

    @property
    def is_kafka(self):
        return self.flavour != "monkafka"

    def stop(self):
        self.server.end(signal.SIGTERM)

    def kill(self):
        self.server.end(signal.SIGKILL)

    def start_again(self, topics=(), partitions=1):
        """Starts what was stopped; seconds from the process's start until it serves these topics."""
        if self.is_kafka:
            command = [self.tools.bin / "kafka-server-start.sh", self.home / "server.properties"]
        else:
            command = [monkafka_binary(), "--host", "127.0.0.1", "--port", str(self.port),
                       "--data-dir", self.home / "data"]
            for key, value in self.overrides.items():
                command += ["--override", f"{key}={value}"]
        with open(self.home / "again.log", "ab") as log:
            began = time.monotonic()
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       preexec_fn=die_with_parent,
                                       env=dict(os.environ, KAFKA_LOG_LEVEL="INFO",
                                                LOG_DIR=str(self.home / "logs")))
            if self.is_kafka:
                (self.home / "pid").write_text(str(process.pid))
            else:
                self.server.process = process
            while not answers(self.port):
                if process.poll() is not None:
                    raise Failed(f"the broker ended with {process.returncode} when started again")
                if time.monotonic() - began > CALL_SECONDS:
                    raise Failed(f"the broker was not ready again in {CALL_SECONDS} s")
                time.sleep(0.001)
            for topic in topics:
                self.load("await", topic=topic, partitions=partitions)
            return time.monotonic() - began

    def load(self, command, **options):
        return loader(command, self.port, **options)

    def traced_load(self, command, **options):
        """(how many system calls the broker made, what the loader says) of one load.

        Apart from what is timed, for tracing slows a broker down. No count without strace.
        """
        if not shutil.which("strace"):
            return None, None
        counts = self.home / "strace"
        with subprocess.Popen(["strace", "-c", "-f", "-o", counts, "-p", str(self.pid)],
                              stderr=subprocess.DEVNULL, preexec_fn=die_with_parent) as tracer:
            try:
                deadline = time.monotonic() + 5
                while not status(self.pid, "TracerPid"):
                    if tracer.poll() is not None or time.monotonic() > deadline:
                        return None, None  # tracing is not allowed here
                    time.sleep(0.01)
                time.sleep(1)  # it goes through the threads one by one
                done = self.load(command, **options)
            finally:
                tracer.send_signal(signal.SIGINT)
                tracer.wait()
        total = re.search(r"^\s*[\d.]+\s+[\d.]+\s+\d*\s+(\d+)\s+(?:\d+\s+)?total$",
                          counts.read_text(), re.MULTILINE)
        return (int(total[1]) if total else None), done

    def resident_mb(self):
        return status(self.pid, "VmRSS") / 1024

    def peak_mb(self):
        return status(self.pid, "VmHWM") / 1024


@contextlib.contextmanager
def bare(mode, path, piece=1 << 20):
    """A yardstick server; gives (port, pid)."""
    server = subprocess.Popen([BIN / "bench_limits", mode, "--path", path, "--bytes", str(piece)],
                              stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
    try:
        yield int(server.stdout.readline()), server.pid
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
