"""The scenarios that tests/bench/compare runs, and the figures they give.

A scenario runs on one broker from clean and returns {figure: value}. Its limit, where there is one,
returns the same figures for a bare yardstick. FIGURES says what each figure is and what it must
show: `kafka` bounds MonKafka's value by a share of Kafka's, `limit` by a share of the yardstick's,
`value` by a number; for a figure where more is better the bounds are from below.
"""
import re
import shutil
import subprocess
import time
from collections import namedtuple

from measure import BIN, bare, cost, die_with_parent, run_json

GB = 1_000_000_000
MB = 1_000_000

Figure = namedtuple("Figure", "label unit more_is_better kafka limit value",
                    defaults=(False, None, None, None))
Scenario = namedtuple("Scenario", "run limit kafka_settings our_settings",
                      defaults=(None, {}, {}))

FIGURES = {}
SCENARIOS = {}


def figures(**rows):
    FIGURES.update(rows)


def scenario(name, **options):
    def add(run):
        SCENARIOS[name] = Scenario(run, **options)
        return run
    return add


def topic(broker, name, partitions=1):
    broker.load("create", topic=name, partitions=partitions)
    return {"topic": name, "partitions": partitions}


def produce_cost(broker, size, warm, **options):
    """CPU seconds per GB produced, after a warm-up on the same topic."""
    broker.load("produce", bytes=warm, **options)
    with cost(broker.pid) as spent:
        done = broker.load("produce", bytes=size, **options)
    return done, spent


# --- what producing costs -----------------------------------------------------------------------

figures(
    produce_16k_cpu=Figure("produce, 16 KB batches, acks=1: CPU", "s/GB", kafka=1 / 6, limit=1.4),
    produce_16k_user=Figure("  of it user", "s/GB"),
    produce_16k_rate=Figure("  flat out", "MB/s", True, kafka=4, limit=0.6),
    produce_16k_switches=Figure("  context switches per request", ""),
    produce_1m_cpu=Figure("produce, 1 MB batches: CPU", "s/GB", limit=1.2),
    produce_100b_cpu=Figure("produce, 100 B records: CPU", "s/GB"),
    produce_100k_cpu=Figure("produce, 100 KB records: CPU", "s/GB"),
    produce_16p_cpu=Figure("produce, 16 partitions: CPU", "s/GB"),
    produce_256p_cpu=Figure("produce, 256 partitions: CPU", "s/GB"),
    produce_lz4_cpu=Figure("produce, lz4 batches: CPU", "s/GB"),
    produce_peak=Figure("produce: peak resident memory", "MB"),
)

PRODUCE = (
    ("16k", {"connections": 4}),
    ("1m", {"connections": 4, "batch_bytes": 1_000_000}),
    ("100b", {"connections": 4, "record_bytes": 100}),
    ("100k", {"connections": 4, "record_bytes": 100_000, "batch_bytes": 110_000}),
    ("16p", {"connections": 16}),
    ("256p", {"connections": 256, "in_flight": 2}),
    ("lz4", {"connections": 4, "codec": "lz4"}),
)


@scenario("produce", limit=lambda size, scratch: produce_limit(size, scratch))
def produce(broker, size):
    result = {}
    for name, options in PRODUCE:
        where = topic(broker, name, int(name[:-1]) if name.endswith("p") else 4)
        done, spent = produce_cost(broker, size(GB), size(GB // 4), acks=1, **where, **options)
        gigabytes = done["bytes"] / GB
        result[f"produce_{name}_cpu"] = spent.cpu / gigabytes
        if name == "16k":
            result["produce_16k_user"] = spent.user / gigabytes
            result["produce_16k_rate"] = done["bytes"] / MB / done["seconds"]
            result["produce_16k_switches"] = spent.switches / done["requests"]
    result["produce_peak"] = broker.peak_mb()
    return result


def produce_limit(size, scratch):
    result = {}
    for name, options in PRODUCE[:2]:
        with bare("chunks", scratch / "chunks") as (port, pid):
            with cost(pid) as spent:
                done = run_json(BIN / "bench_loader", "produce", "--bare", "--port", port,
                                "--bytes", size(GB), "--connections", options["connections"],
                                "--batch-bytes", options.get("batch_bytes", 16384))
            result[f"produce_{name}_cpu"] = spent.cpu / (done["bytes"] / GB)
            if name == "16k":
                result["produce_16k_user"] = spent.user / (done["bytes"] / GB)
                result["produce_16k_rate"] = done["bytes"] / MB / done["seconds"]
    with bare("frames", scratch / "frames") as (port, pid):
        with cost(pid) as spent:
            done = run_json(BIN / "bench_loader", "produce", "--bare", "--port", port, "--bytes",
                            size(GB), "--connections", 4)
        result["frames_16k_cpu"] = spent.cpu / (done["bytes"] / GB)
    return result


figures(
    frames_16k_cpu=Figure("  (a bare loop that reads frame by frame)", "s/GB"),
    perf_tool_cpu=Figure("kafka-producer-perf-test 1,000,000 x 500 B at 100,000/s: CPU", "s/GB",
                         kafka=1 / 4),
    perf_tool_user=Figure("  of it user", "s/GB", kafka=1 / 8),
    perf_tool_rate=Figure("  records per second, as the tool prints", "/s", True),
    perf_tool_mean=Figure("  mean latency, as the tool prints", "ms"),
    perf_tool_p99=Figure("  p99 latency, as the tool prints", "ms"),
)


@scenario("perf-tool")
def perf_tool(broker, size):
    """The well-known transcript."""
    topic(broker, "perf")
    records = size(1_000_000)
    with cost(broker.pid) as spent:
        done = subprocess.run(
            [broker.tools.bin / "kafka-producer-perf-test.sh", "--topic", "perf", "--num-records",
             str(records), "--record-size", "500", "--throughput", "100000", "--producer-props",
             "acks=1", "batch.size=16384", "linger.ms=5",
             f"bootstrap.servers=127.0.0.1:{broker.port}"],
            stdout=subprocess.PIPE, text=True, check=True, preexec_fn=die_with_parent)
    last = done.stdout.splitlines()[-1]
    gigabytes = records * 500 / GB
    return {"perf_tool_cpu": spent.cpu / gigabytes, "perf_tool_user": spent.user / gigabytes,
            "perf_tool_rate": float(re.search(r"([\d.]+) records/sec", last)[1]),
            "perf_tool_mean": float(re.search(r"([\d.]+) ms avg latency", last)[1]),
            "perf_tool_p99": float(re.search(r"([\d.]+) ms 99th", last)[1])}


# --- what consuming costs -----------------------------------------------------------------------

figures(
    consume_1_cpu=Figure("consume from page cache, 1 consumer: CPU", "s/GB", kafka=1 / 4,
                         limit=1.4),
    consume_1_rate=Figure("  flat out", "MB/s", True),
    consume_8_cpu=Figure("consume from page cache, 8 consumers: CPU", "s/GB"),
    consume_8_rate=Figure("  flat out, together", "MB/s", True),
)


def consume_limit(size, scratch):
    path = scratch / "sent"
    with open(path, "wb") as out:
        for _ in range(256):
            out.write(b"x" * (1 << 20))
    with bare("sendfile", path) as (port, pid):
        with cost(pid) as spent:
            done = run_json(BIN / "bench_loader", "consume", "--bare", "--port", port, "--bytes",
                            size(2 * GB))
    path.unlink()
    return {"consume_1_cpu": spent.cpu / (done["bytes"] / GB),
            "consume_1_rate": done["bytes"] / MB / done["seconds"]}


@scenario("consume", limit=consume_limit)
def consume(broker, size):
    where = topic(broker, "consume")
    broker.load("produce", bytes=size(GB), connections=4, **where)
    readable = int(size(GB) * 0.98)
    broker.load("consume", bytes=readable, **where)  # a JVM's warm-up
    result = {}
    for consumers in (1, 8):
        with cost(broker.pid) as spent:
            done = broker.load("consume", bytes=readable * consumers, connections=consumers, **where)
        result[f"consume_{consumers}_cpu"] = spent.cpu / (done["bytes"] / GB)
        result[f"consume_{consumers}_rate"] = done["bytes"] / MB / done["seconds"]
    return result


figures(
    beside_nothing_p99=Figure("producers at 2,000 requests/s alone: p99", "ms"),
    beside_cold_p99=Figure("  the same while a cold gigabyte is read: p99", "ms"),
    beside_cold_factor=Figure("  how many times that is", "x", value=2),
)


@scenario("cold")
def cold(broker, size):
    """A consumer reads from the disk what the page cache has lost; producers go on beside it."""
    old, new = topic(broker, "old"), topic(broker, "new", 4)
    broker.load("produce", bytes=size(GB), connections=4, **old)
    subprocess.run(["sync"], check=True)
    steady = {"rate": 2000, "connections": 4, "batch_bytes": 1100, "warmup": 2, "seconds": 4, **new}
    alone = broker.load("produce", **steady)
    for path in broker.home.glob("data/old-0/*.log"):
        subprocess.run(["dd", f"if={path}", "iflag=nocache", "count=0", "status=none"], check=True)
    reader = subprocess.Popen(
        [BIN / "bench_loader", "consume", "--port", str(broker.port), "--topic", "old", "--bytes",
         str(int(size(GB) * 0.98))], stdout=subprocess.DEVNULL, preexec_fn=die_with_parent)
    beside = broker.load("produce", **dict(steady, warmup=0))
    reader.wait()
    return {"beside_nothing_p99": alone["p99_ms"], "beside_cold_p99": beside["p99_ms"],
            "beside_cold_factor": beside["p99_ms"] / alone["p99_ms"]}


# --- durability ---------------------------------------------------------------------------------

figures(
    durable_1_rate=Figure("fsync before every ack, 1 producer", "records/s", True, kafka=3,
                          limit=0.8),
    durable_16_rate=Figure("  16 producers", "records/s", True, kafka=3),
    durable_64_rate=Figure("  64 producers", "records/s", True),
    durable_1_cpu=Figure("  1 producer: CPU", "s/GB"),
    default_1_rate=Figure("each broker's default, acks=all, 1 producer", "records/s", True,
                          kafka=1),
    default_16_rate=Figure("  16 producers", "records/s", True, kafka=1),
)

IN_FLIGHT = 5
RECORDS_PER_BATCH = 16


def durable_limit(size, scratch):
    """What a sync per group of requests in flight allows, at the rate the disk syncs such groups."""
    disk = run_json(BIN / "bench_limits", "disk", "--path", scratch, "--bytes",
                    IN_FLIGHT * 16384, "--seconds", 3)
    return {"durable_1_rate": disk["fdatasync_per_s"] * IN_FLIGHT * RECORDS_PER_BATCH,
            "disk_write": disk["write_mb_per_s"], "disk_syncs": disk["fdatasync_per_s"]}


figures(disk_write=Figure("(the disk: sequential writes)", "MB/s", True),
        disk_syncs=Figure("(the disk: 80 KB appends with fdatasync)", "/s", True))


@scenario("durable", limit=durable_limit, kafka_settings={"log.flush.interval.messages": "1"})
def durable(broker, size):
    result = {}
    for producers in (1, 16, 64):
        where = topic(broker, f"durable-{producers}", min(producers, 16))
        with cost(broker.pid) as spent:
            done = broker.load("produce", acks=-1, connections=producers, warmup=size(2),
                               seconds=size(5), in_flight=IN_FLIGHT, **where)
        result[f"durable_{producers}_rate"] = done["records"] / done["seconds"]
        if producers == 1:  # the warm-up's share is as large as its share of the time
            share = done["seconds"] / (done["seconds"] + size(2))
            result["durable_1_cpu"] = spent.cpu * share / (done["bytes"] / GB)
    return result


@scenario("default")
def default(broker, size):
    result = {}
    for producers in (1, 16):
        where = topic(broker, f"default-{producers}", min(producers, 16))
        done = broker.load("produce", acks=-1, connections=producers, warmup=size(2),
                           seconds=size(5), in_flight=IN_FLIGHT, **where)
        result[f"default_{producers}_rate"] = done["records"] / done["seconds"]
    return result


# --- latency ------------------------------------------------------------------------------------

figures(
    produce_20k_mean=Figure("librdkafka, 500 B at 20,000/s, acks=1: mean", "ms"),
    produce_20k_p50=Figure("  p50", "ms"),
    produce_20k_p95=Figure("  p95", "ms"),
    produce_20k_p99=Figure("  p99", "ms", kafka=1 / 2),
    produce_20k_p999=Figure("  p99.9", "ms", kafka=1 / 2),
    end_1k_p50=Figure("end to end, 1,000/s: p50", "ms"),
    end_1k_p99=Figure("  p99", "ms", kafka=1 / 2),
    end_1k_p999=Figure("  p99.9", "ms", kafka=1 / 2),
    end_10k_p50=Figure("end to end, 10,000/s: p50", "ms"),
    end_10k_p99=Figure("  p99", "ms", kafka=1 / 2),
    end_10k_p999=Figure("  p99.9", "ms", kafka=1 / 2),
    end_50k_p50=Figure("end to end, 50,000/s: p50", "ms"),
    end_50k_p99=Figure("  p99", "ms", kafka=1 / 2),
    end_50k_p999=Figure("  p99.9", "ms", kafka=1 / 2),
)


@scenario("latency")
def latency(broker, size):
    where = topic(broker, "steady")
    done = run_json(BIN / "bench_rdkafka_latency", f"127.0.0.1:{broker.port}", where["topic"],
                    20_000, 500, size(10), size(10), 1)
    result = {f"produce_20k_{key}": done[f"{key}_ms"]
              for key in ("mean", "p50", "p95", "p99", "p999")}
    for name, rate in (("1k", 1000), ("10k", 10_000), ("50k", 50_000)):
        where = topic(broker, f"end-{name}")
        done = broker.load("end-to-end", topic=where["topic"], rate=rate, record_bytes=100,
                           warmup=size(5), seconds=size(5), in_flight=1000)
        result |= {f"end_{name}_{key}": done[f"{key}_ms"] for key in ("p50", "p99", "p999")}
    return result


# --- many of something --------------------------------------------------------------------------

figures(
    small_per_core=Figure("1,000 connections, single records: requests per CPU second", "/s", True,
                          kafka=3),
    small_rate=Figure("  requests per second", "/s", True),
    small_calls=Figure("  system calls per request", ""),
    idle_memory=Figure("10,000 idle connections: resident memory", "MB", value=150),
    group_seconds=Figure("500 consumers of one group at once: until stable", "s"),
    commit_rate=Figure("offset commits per second, 16 consumers", "/s", True),
    commit_per_core=Figure("  per CPU second", "/s", True),
)


def system_calls(pid, seconds):
    """System calls of the process in so many seconds; None without strace."""
    if not shutil.which("strace"):
        return None
    done = subprocess.run(["timeout", "-s", "INT", str(seconds), "strace", "-c", "-f", "-p",
                           str(pid)], stderr=subprocess.PIPE, text=True, check=False)
    total = re.search(r"^\s*[\d.]+\s+[\d.]+\s+\d*\s+(\d+)\s+(?:\d+\s+)?total$", done.stderr,
                      re.MULTILINE)
    return int(total[1]) if total else None


@scenario("small")
def small(broker, size):
    where = topic(broker, "small", 4)
    load = {"connections": 1000, "in_flight": 1, "batch_bytes": 1, "record_bytes": 100, **where}
    broker.load("produce", seconds=size(4), **load)
    with cost(broker.pid) as spent:
        done = broker.load("produce", seconds=size(6), **load)
    result = {"small_per_core": done["requests"] / spent.cpu,
              "small_rate": done["requests"] / done["seconds"]}
    # Traced apart from what is timed: tracing slows the broker down.
    traced = subprocess.Popen(
        [BIN / "bench_loader", "produce", "--port", str(broker.port), "--seconds", "3",
         *(word for key, value in load.items()
           for word in (f"--{key.replace('_', '-')}", str(value)))],
        stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
    calls = system_calls(broker.pid, 4)
    requests = int(re.search(r'"requests": (\d+)', traced.communicate()[0])[1])
    if calls and requests:
        result["small_calls"] = calls / requests
    return result


@scenario("idle-connections")
def idle_connections(broker, size):
    holder = subprocess.Popen(
        [BIN / "bench_loader", "idle", "--port", str(broker.port), "--connections",
         str(size(10_000))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        preexec_fn=die_with_parent)
    holder.stdout.readline()
    memory = broker.resident_mb()
    holder.communicate("")
    return {"idle_memory": memory}


@scenario("groups", kafka_settings={"group.initial.rebalance.delay.ms": "0"},
          our_settings={"group.initial.rebalance.delay.ms": "0"})
def groups(broker, size):
    where = topic(broker, "grouped")
    joined = broker.load("group", connections=size(500))
    load = {"topic": where["topic"], "connections": 16, "in_flight": 5}
    broker.load("commit", seconds=size(3), **load)
    with cost(broker.pid) as spent:
        done = broker.load("commit", seconds=size(5), **load)
    return {"group_seconds": joined["seconds"],
            "commit_rate": done["requests"] / done["seconds"],
            "commit_per_core": done["requests"] / spent.cpu}


figures(
    ready_empty=Figure("start to ready, empty", "s", value=0.05),
    idle_rss=Figure("idle: resident memory", "MB", value=30),
    idle_cpu=Figure("idle: CPU", "% of a core", value=0.1),
    idle_wakeups=Figure("idle: wake-ups per second", "/s", value=10),
)


@scenario("start")
def start(broker, size):
    broker.stop()
    shutil.rmtree(broker.home / "data")
    if broker.is_kafka:  # formatting is a step of its own there, and not counted
        broker.server.spawn(broker.port, broker.overrides)
        broker.stop()
    # Ours formats the directory by itself: that is counted.
    ready = broker.start_again()
    time.sleep(size(10))  # the JVM compiles for a while after it is ready
    with cost(broker.pid) as spent:
        time.sleep(size(10))
    return {"ready_empty": ready, "idle_rss": broker.resident_mb(),
            "idle_cpu": 100 * spent.cpu / spent.seconds,
            "idle_wakeups": spent.switches / spent.seconds}


figures(
    p1000_create=Figure("1,000 partitions: create", "s"),
    p1000_clean=Figure("  ready again after a clean stop", "s", value=0.15),
    p1000_killed=Figure("  ready again after kill -9", "s"),
    p1000_memory=Figure("  resident memory", "MB"),
    p10000_create=Figure("10,000 partitions: create", "s"),
    p10000_clean=Figure("  ready again after a clean stop", "s", value=1),
    p10000_killed=Figure("  ready again after kill -9", "s"),
    p10000_memory=Figure("  resident memory", "MB", value=200),
)


def partitions(broker, name, count):
    began = time.monotonic()
    for number in range(count // 100):
        topic(broker, f"many-{number}", 100)
    created = time.monotonic() - began
    # One batch to each partition of the first topics: a log with data is what restarts meet.
    broker.load("produce", topic="many-0", partitions=100, connections=100, batch_bytes=1100,
                bytes=100 * 1100)
    memory = broker.resident_mb()
    broker.stop()
    clean = broker.start_again()
    broker.kill()
    killed = broker.start_again()
    return {f"{name}_create": created, f"{name}_clean": clean, f"{name}_killed": killed,
            f"{name}_memory": memory}


@scenario("partitions-1000")
def partitions_1000(broker, size):
    return partitions(broker, "p1000", size(1000))


@scenario("partitions-10000")
def partitions_10000(broker, size):
    return partitions(broker, "p10000", size(10_000))
