"""Scenarios of tests/bench/compare: what producing and consuming cost, and what durable costs."""
import re
import subprocess

import measure
from figures import GB, MB, Figure, per_gb, produce_cost, rate_mb, scenario, topic, warm_up
from measure import BIN, bare, cost, die_with_parent, run_json, touch_free_memory

BATCH_BYTES = 16384

# --- producing ----------------------------------------------------------------------------------

PRODUCE = {  # name: (label, partitions, the loader's options, share of a gigabyte)
    "16k": ("16 KB batches of 1 KB, 4 partitions, acks=1", 4, {}, 1),
    "1m": ("1 MB batches", 4, {"batch_bytes": 1_000_000}, 1),
    "all": ("acks=all, not synced on either side", 4, {"acks": -1}, 0.5),
    "100b": ("100 B records", 4, {"record_bytes": 100}, 0.5),
    "100k": ("100 KB records", 4, {"record_bytes": 100_000, "batch_bytes": 110_000}, 0.5),
    "1p": ("1 partition", 1, {}, 0.5),
    "16p": ("16 partitions", 16, {"connections": 16}, 0.5),
    "256p": ("256 partitions", 256, {"connections": 256, "in_flight": 2}, 0.5),
    "lz4": ("lz4 batches", 4, {"codec": "lz4"}, 0.5),
}
PRODUCE_TARGETS = {"16k": ({"kafka": 1 / 6, "limit": 1.4}, {"kafka": 4, "limit": 0.6}),
                   "1m": ({"limit": 1.2}, {})}
BARE_CHUNKS = ("16k", "1m")


def produce_figures():
    of_cpu, of_rate = PRODUCE_TARGETS["16k"]
    rows = {"produce_first_cpu": Figure(
                "produce, the first gigabyte after the start, as in the next rows: CPU", "s/GB",
                **of_cpu),
            "produce_first_user": Figure("  of the CPU seconds, user", "s/GB"),
            "produce_first_rate": Figure("  flat out", "MB/s", True, **of_rate)}
    for name, (label, *_) in PRODUCE.items():
        of_cpu, of_rate = PRODUCE_TARGETS.get(name, ({}, {}))
        rows[f"produce_{name}_cpu"] = Figure(f"produce, {label}: CPU", "s/GB", **of_cpu)
        rows[f"produce_{name}_rate"] = Figure("  flat out", "MB/s", True, **of_rate)
        if name == "16k":
            rows |= {
                "produce_16k_user": Figure("  of the CPU seconds, user", "s/GB"),
                "produce_frames_cpu": Figure("  (limit: a bare loop, frame by frame)", "s/GB"),
                "produce_16k_switches": Figure("  context switches per request", ""),
                "produce_16k_calls": Figure("  system calls per request", ""),
                "produce_16k_written": Figure("  bytes written per byte produced", ""),
            }
    rows["produce_memory"] = Figure("produce: resident memory after all that", "MB")
    rows["produce_peak"] = Figure("  at its peak", "MB")
    return rows


def produce_limit(size, scratch):
    result = {}
    for mode, name in (*(("chunks", name) for name in BARE_CHUNKS), ("frames", "frames")):
        options = {"connections": 4, "bytes": size(GB), **PRODUCE.get(name, PRODUCE["16k"])[2]}
        touch_free_memory(1.5 * options["bytes"])
        with bare(mode, scratch / mode) as (port, pid):
            with cost(pid) as spent:
                done = measure.loader("produce", port, bare=True, **options)
        result[f"produce_{name}_cpu"] = per_gb(spent.cpu, done)
        if name == "16k":
            result["produce_16k_user"] = per_gb(spent.user, done)
        if name != "frames":
            result[f"produce_{name}_rate"] = rate_mb(done)
    return result | {f"produce_first_{what}": result[f"produce_16k_{what}"]
                     for what in ("cpu", "user", "rate")}


@scenario("produce", produce_figures(), limit=produce_limit, seconds=(150, 49, 12),
          quick=(21, 9, 2),
          # Ours syncs before it answers acks=all unless told otherwise; Kafka does not by default.
          our_settings={"monkafka.acks.all.flush": "false"})
def produce(broker, size):
    result = {}
    if not broker.is_warm:
        options = {"connections": 4, "acks": 1, **topic(broker, "produce-first", 4)}
        done, spent = produce_cost(broker, size(GB), 0, **options)
        result = {"produce_first_cpu": per_gb(spent.cpu, done),
                  "produce_first_user": per_gb(spent.user, done),
                  "produce_first_rate": rate_mb(done)}
    warm_up(broker, size)
    for name, (_, partitions, extra, share) in PRODUCE.items():
        options = {"connections": 4, "acks": 1, **topic(broker, f"produce-{name}", partitions),
                   **extra}
        done, spent = produce_cost(broker, int(size(GB) * share), size(GB // 5), **options)
        result[f"produce_{name}_cpu"] = per_gb(spent.cpu, done)
        result[f"produce_{name}_rate"] = rate_mb(done)
        if name == "16k":
            result |= {"produce_16k_user": per_gb(spent.user, done),
                       "produce_16k_switches": spent.switches / done["requests"],
                       "produce_16k_written": spent.written / done["bytes"]}
            base = options
    result |= {"produce_memory": broker.resident_mb(), "produce_peak": broker.peak_mb()}
    calls, done = broker.traced_load("produce", bytes=size(GB // 10), **base)
    if calls:
        result["produce_16k_calls"] = calls / done["requests"]
    return result


@scenario("perf-tool", {
    "perf_tool_cpu": Figure("kafka-producer-perf-test 1,000,000 x 500 B at 100,000/s: CPU", "s/GB",
                            kafka=1 / 4),
    "perf_tool_user": Figure("  of it user", "s/GB", kafka=1 / 8),
    "perf_tool_rate": Figure("  records per second, as the tool prints", "/s", True),
    "perf_tool_mean": Figure("  mean latency, as the tool prints", "ms"),
    "perf_tool_p50": Figure("  p50, as the tool prints", "ms"),
    "perf_tool_p95": Figure("  p95, as the tool prints", "ms"),
    "perf_tool_p99": Figure("  p99, as the tool prints", "ms"),
    "perf_tool_p999": Figure("  p99.9, as the tool prints", "ms"),
}, seconds=(42, 22), quick=(7, 6))
def perf_tool(broker, size):
    """The well-known transcript, on a broker that has warmed up."""
    warm_up(broker, size)
    topic(broker, "perf")
    records = size(1_000_000)
    touch_free_memory(1.5 * records * 500)
    with cost(broker.pid) as spent:
        printed = measure.run_words(
            [broker.tools.bin / "kafka-producer-perf-test.sh", "--topic", "perf", "--num-records",
             records, "--record-size", 500, "--throughput", 100_000, "--producer-props",
             "acks=1", "batch.size=16384", "linger.ms=5",
             f"bootstrap.servers=127.0.0.1:{broker.port}"]).splitlines()[-1]
    gigabytes = records * 500 / GB
    return {"perf_tool_cpu": spent.cpu / gigabytes, "perf_tool_user": spent.user / gigabytes,
            **{f"perf_tool_{name}": float(re.search(rf"([\d.]+) {text}", printed)[1])
               for name, text in (("rate", "records/sec"), ("mean", "ms avg latency"),
                                  ("p50", "ms 50th"), ("p95", "ms 95th"), ("p99", "ms 99th"),
                                  ("p999", "ms 99.9th"))}}


# --- consuming ----------------------------------------------------------------------------------

# A gigabyte is read in a third of a second, too short for clocks of 10 ms; and it costs the half or
# the double, whoever sends it, as reader and sender happen to wait for each other.
PASSES = 8


def together(passes):
    return {key: sum(each[key] for each in passes) for key in ("bytes", "seconds")}


def consume_limit(broker, readable):
    """Bare sendfile of the broker's own file, as the page cache has it after it was produced.

    A file that is written in other pieces lies otherwise in memory, and costs up to a half less.
    """
    file, = broker.home.glob("data/consume-0/*.log")
    with bare("sendfile", file) as (port, pid):
        with cost(pid) as spent:
            done = together([measure.loader("consume", port, bare=True, bytes=readable)
                             for _ in range(PASSES)])
    return {"consume_1_cpu": per_gb(spent.cpu, done), "consume_1_user": per_gb(spent.user, done),
            "consume_1_rate": rate_mb(done)}


@scenario("consume", {
    "consume_1_cpu": Figure("consume from page cache, 1 consumer: CPU", "s/GB", kafka=1 / 4,
                            limit=1.4),
    "consume_1_user": Figure("  of the CPU seconds, user", "s/GB"),
    "consume_1_rate": Figure("  flat out", "MB/s", True),
    "consume_1_calls": Figure("  system calls per megabyte", ""),
    "consume_8_cpu": Figure("consume from page cache, 8 consumers: CPU", "s/GB"),
    "consume_8_rate": Figure("  flat out, together", "MB/s", True),
}, seconds=(38, 14), quick=(5, 2))
def consume(broker, size):
    warm_up(broker, size)
    where = topic(broker, "consume")
    broker.load("produce", bytes=size(GB), connections=4, **where)
    readable = int(size(GB) * 0.98)
    broker.load("consume", bytes=readable, **where)  # a JVM's warm-up
    result = {}
    for consumers in (1, 8):
        with cost(broker.pid) as spent:
            done = together([broker.load("consume", bytes=readable * min(consumers, 4),
                                         connections=consumers, **where)
                             for _ in range(PASSES if consumers == 1 else 3)])
        result |= {f"consume_{consumers}_cpu": per_gb(spent.cpu, done),
                   f"consume_{consumers}_rate": rate_mb(done)}
        if consumers == 1:
            result["consume_1_user"] = per_gb(spent.user, done)
            if not broker.is_kafka:
                result["limit"] = consume_limit(broker, readable)
    calls, done = broker.traced_load("consume", bytes=readable // 4, **where)
    if calls:
        result["consume_1_calls"] = calls / (done["bytes"] / MB)
    return result


def beside(consume, forgotten, port, **options):
    """The p99 of producers while `consume` reads it all again and again, and the rate it gets."""
    words = measure.words(port=port, **options)
    seconds, got = 0, 0
    with subprocess.Popen([BIN / "bench_loader", "produce", *words], stdout=subprocess.PIPE,
                          text=True, preexec_fn=die_with_parent) as producers:
        while producers.poll() is None:
            measure.forget_cached(forgotten)
            done = consume()
            seconds, got = seconds + done["seconds"], got + done["bytes"]
        done = measure.last_json(producers.stdout.read())
    return done["p99_ms"], got / MB / seconds


def cold_figures(alone, consume, files, port, **options):
    warm, _ = beside(consume, [], port, **options)
    from_disk, rate = beside(consume, files, port, **options)
    return {"beside_nothing_p99": alone, "beside_warm_p99": warm, "beside_cold_p99": from_disk,
            "beside_cold_factor": from_disk / alone, "cold_rate": rate}


STEADY = {"rate": 2000, "connections": 4, "batch_bytes": 1100}


def cold_limit(size, scratch):
    """The same of two bare loops, one that takes requests and one that sends a file."""
    path = scratch / "sent"
    touch_free_memory(1.5 * size(GB))
    with open(path, "wb", buffering=0) as out:
        for _ in range(size(GB) // BATCH_BYTES):
            out.write(b"x" * BATCH_BYTES)
    subprocess.run(["sync"], check=True)
    with bare("chunks", scratch / "taken") as (port, _), bare("sendfile", path) as (sender, _):
        load = {**STEADY, "bare": True, "seconds": size(5)}
        measure.loader("produce", port, **load)
        alone = measure.loader("produce", port, **load)["p99_ms"]
        result = cold_figures(alone, lambda: measure.loader("consume", sender, bare=True,
                                                            bytes=int(size(GB) * 0.98)),
                              [path], port, **load)
    path.unlink()
    return result


@scenario("cold", {
    "beside_nothing_p99": Figure("producers at 2,000 requests/s alone: p99", "ms"),
    "beside_warm_p99": Figure("  while a gigabyte is read from the page cache: p99", "ms"),
    "beside_cold_p99": Figure("  while an old gigabyte is read from the disk: p99", "ms"),
    "beside_cold_factor": Figure("  the disk's, how many times the one alone", "x", value=2),
    "cold_rate": Figure("  meanwhile the reader gets", "MB/s", True),
}, limit=cold_limit, seconds=(32, 26, 22), quick=(8, 6, 3))
def cold(broker, size):
    """A consumer reads from the disk what the page cache has lost; producers go on beside it."""
    warm_up(broker, size)
    old, new = topic(broker, "old"), topic(broker, "new", 4)
    touch_free_memory(1.5 * size(GB))
    broker.load("produce", bytes=size(GB), connections=4, **old)
    subprocess.run(["sync"], check=True)
    load = {**STEADY, **new, "seconds": size(5)}
    broker.load("produce", **load)  # to warm up
    alone = broker.load("produce", **load)["p99_ms"]
    return cold_figures(alone, lambda: broker.load("consume", bytes=int(size(GB) * 0.98), **old),
                        list(broker.home.glob("data/old-0/*.log")), broker.port, **load)


# --- durability ---------------------------------------------------------------------------------

IN_FLIGHT = 5
RECORDS_PER_BATCH = 16
TOUCHED = 5 * GB  # more than is produced in the seconds of one load


def durable_limit(size, scratch):
    """What one sync per group of requests in flight allows, at the rate the disk syncs such groups.

    Producers write to as many partitions, each a file: so many files are synced side by side.
    """
    result = {}
    for producers in (1, 16):
        disk = run_json(BIN / "bench_limits", "disk", "--path", scratch, "--bytes",
                        IN_FLIGHT * BATCH_BYTES, "--files", producers, "--seconds", size(3))
        result[f"durable_{producers}_rate"] = (
            disk["fdatasync_per_s"] * IN_FLIGHT * RECORDS_PER_BATCH)
        result[f"disk_syncs_{producers}"] = disk["fdatasync_per_s"]
        touch_free_memory(size(TOUCHED))
        with bare("synced", scratch / "synced") as (port, _):
            load = {"connections": producers, "in_flight": IN_FLIGHT}
            measure.loader("produce", port, bare=True, seconds=size(1), **load)
            done = measure.loader("produce", port, bare=True, seconds=size(3), **load)
        result[f"bare_syncs_{producers}"] = done["records"] / done["seconds"]
    return result | {"disk_write": disk["write_mb_per_s"]}


def produce_to_all(broker, name, producers, size, **settings):
    """What so many producers get with acks=all, after a warm-up, and what the broker spends."""
    where = topic(broker, f"{name}-{producers}", min(producers, 16), **settings)
    load = {"acks": -1, "connections": producers, "in_flight": IN_FLIGHT, **where}
    touch_free_memory(size(TOUCHED))
    broker.load("produce", seconds=size(1), **load)
    with cost(broker.pid) as spent:
        done = broker.load("produce", seconds=size(3), **load)
    return done, spent


@scenario("durable", {
    "durable_1_rate": Figure("fsync before every ack, 1 producer", "records/s", True, kafka=3,
                             limit=0.8, bare="bare_syncs_1"),
    "durable_1_p99": Figure("  p99 of a request, 5 in flight", "ms"),
    "durable_1_cpu": Figure("  CPU", "s/GB"),
    "durable_16_rate": Figure("fsync before every ack, 16 producers", "records/s", True, kafka=3,
                              limit=0.8, bare="bare_syncs_16"),
    "durable_16_cpu": Figure("  CPU", "s/GB"),
    "durable_64_rate": Figure("fsync before every ack, 64 producers", "records/s", True),
    "bare_syncs_1": Figure("(limit: a bare loop that syncs 5 requests at once, 1 producer)", "records/s",
                           True),
    "bare_syncs_16": Figure("(limit: the same, 16 producers)", "records/s", True),
    "disk_syncs_1": Figure("(limit: 80 KB appends with fdatasync, 1 file)", "/s", True),
    "disk_syncs_16": Figure("(limit: the same, 16 files at once)", "/s", True),
    "disk_write": Figure("(limit: sequential writes of the disk)", "MB/s", True),
}, limit=durable_limit, seconds=(42, 24, 18), quick=(14, 6, 4))
def durable(broker, size):
    warm_up(broker, size)
    result = {}
    for producers in (1, 16, 64):
        done, spent = produce_to_all(broker, "durable", producers, size, flush_messages=1)
        result[f"durable_{producers}_rate"] = done["records"] / done["seconds"]
        if producers < 64:
            result[f"durable_{producers}_cpu"] = per_gb(spent.cpu, done)
        if producers == 1:
            result["durable_1_p99"] = done["p99_ms"]
    return result


@scenario("default", {
    f"default_{producers}_rate": Figure(
        f"each broker's default, acks=all, {producers} producer{'s' * (producers > 1)}",
        "records/s", True, kafka=1) for producers in (1, 16)
}, seconds=(36, 20), quick=(6, 4))
def default(broker, size):
    """Ours syncs before it answers, Kafka does not."""
    warm_up(broker, size)
    result = {}
    for producers in (1, 16):
        done, _ = produce_to_all(broker, "default", producers, size)
        result[f"default_{producers}_rate"] = done["records"] / done["seconds"]
    return result
