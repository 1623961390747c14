"""What tests/bench/compare measures with: broker processes, the loader, the yardsticks."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from harness import ApacheKafka, KafkaTools, Monkafka, die_with_parent, fetched  # noqa: E402

BIN = pathlib.Path(os.environ.get("MONKAFKA_BENCH_PROGRAMS", ROOT / "build" / "release" / "bin"))
TICKS = os.sysconf("SC_CLK_TCK")


def run_json(*command, **options):
    """What a program of ours prints: one line of JSON."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True,
                          preexec_fn=die_with_parent, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def loader(command, port, **options):
    words = [word for key, value in options.items()
             for word in ([f"--{key.replace('_', '-')}"] if value is True
                          else [f"--{key.replace('_', '-')}", str(value)])]
    return run_json(BIN / "bench_loader", command, "--port", port, *words)


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
    """True once the broker answers ApiVersions."""
    request = struct.pack(">hhih", 18, 0, 1, -1)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            return len(connection.recv(4)) == 4
    except OSError:
        return False


class Broker:
    """Apache Kafka or MonKafka in a directory of its own, from clean; a context manager."""

    def __init__(self, flavour, home, overrides):
        self.flavour, self.home, self.overrides = flavour, home, dict(overrides)
        self.port = free_port()
        self.process = None

    def __enter__(self):
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        if self.flavour == "monkafka":
            server = Monkafka(self.home)
            server.spawn(self.port, self.overrides)
            server.wait_ready()
            self.process = server.process
        else:
            server = ApacheKafka(self.home, self.flavour.split()[1])
            server.spawn(self.port, self.overrides)
        self.server = server
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

    def start_again(self):
        """Starts what was stopped; seconds from the process's start until it answers."""
        if self.is_kafka:
            bin_dir = pathlib.Path(fetched(ROOT / "tests" / "kafka" / "fetch", self.server.version))
            command = [bin_dir / "kafka-server-start.sh", self.home / "server.properties"]
        else:
            command = [ROOT / "build/release/bin/monkafka", "--host", "127.0.0.1", "--port",
                       str(self.port), "--data-dir", self.home / "data"]
            for key, value in self.overrides.items():
                command += ["--override", f"{key}={value}"]
        with open(self.home / "again.log", "ab") as log:
            began = time.monotonic()
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       preexec_fn=die_with_parent,
                                       env=dict(os.environ, LOG_DIR=str(self.home / "logs")))
            while not answers(self.port):
                if process.poll() is not None:
                    raise RuntimeError(f"the broker ended, see {self.home / 'again.log'}")
                time.sleep(0.001)
            seconds = time.monotonic() - began
        if self.is_kafka:
            (self.home / "pid").write_text(str(process.pid))
        else:
            self.server.process = process
        return seconds

    def load(self, command, **options):
        return loader(command, self.port, **options)

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
