"""Scenarios of tests/bench/compare: many of something, starting, and doing nothing."""
import shutil
import subprocess
import time

import measure
from figures import Figure, scenario, topic
from measure import BIN, cost, die_with_parent

SETTLE_SECONDS = 60
NO_DELAY = {"group.initial.rebalance.delay.ms": "0"}


@scenario("small", {
    "small_per_core": Figure("1,000 connections, single records: requests per CPU second", "/s",
                             True, kafka=3),
    "small_rate": Figure("  requests per second", "/s", True),
    "small_p99": Figure("  p99", "ms"),
    "small_switches": Figure("  context switches per request", ""),
    "small_calls": Figure("  system calls per request", ""),
}, seconds=(30, 18), quick=(8, 5))
def small(broker, size):
    where = topic(broker, "small", 4)
    load = {"connections": 1000, "in_flight": 1, "batch_bytes": 1, "record_bytes": 100, **where}
    broker.load("produce", seconds=size(5), **load)
    with cost(broker.pid) as spent:
        done = broker.load("produce", seconds=size(6), **load)
    result = {"small_per_core": done["requests"] / spent.cpu,
              "small_rate": done["requests"] / done["seconds"],
              "small_p99": done["p99_ms"],
              "small_switches": spent.switches / done["requests"]}
    calls, done = broker.traced_load("produce", seconds=size(3), **load)
    if calls:
        result["small_calls"] = calls / done["requests"]
    return result


@scenario("idle-connections", {
    "connections_memory": Figure("10,000 idle connections: resident memory", "MB", value=150),
}, seconds=(18, 4), quick=(2, 1))
def idle_connections(broker, size):
    words = measure.words(port=broker.port, connections=size(10_000))
    with subprocess.Popen([BIN / "bench_loader", "idle", *words], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent) as holder:
        measure.last_json(holder.stdout.readline())
        memory = broker.resident_mb()
        holder.stdin.close()
    return {"connections_memory": memory}


@scenario("groups", {
    "group_seconds": Figure("500 consumers of one group at once: until stable", "s"),
    "commit_rate": Figure("offset commits per second, 16 consumers", "/s", True),
    "commit_per_core": Figure("  per CPU second", "/s", True),
}, kafka_settings=NO_DELAY, our_settings=NO_DELAY, seconds=(30, 14), quick=(13, 3))
def groups(broker, size):
    """Neither waits for more members to come, so that it is work that is measured."""
    where = topic(broker, "bench")
    joined = broker.load("group", topic=where["topic"], connections=size(500),
                         seconds=SETTLE_SECONDS)
    load = {"topic": where["topic"], "connections": 16, "in_flight": 5}
    broker.load("commit", seconds=size(4), **load)
    with cost(broker.pid) as spent:
        done = broker.load("commit", seconds=size(5), **load)
    return {"group_seconds": joined["seconds"],
            "commit_rate": done["requests"] / done["seconds"],
            "commit_per_core": done["requests"] / spent.cpu}


@scenario("start", {
    "ready_empty": Figure("start to ready, empty", "s", value=0.05),
    "idle_rss": Figure("idle: resident memory", "MB", value=30),
    "idle_cpu": Figure("idle: CPU", "% of a core", value=0.1),
    "idle_wakeups": Figure("idle: wake-ups per second", "/s", value=10),
}, restarts=True, seconds=(50, 22), quick=(22, 3))
def start(broker, size):
    """On a directory that is formatted already, which Kafka needs a command for."""
    broker.stop()
    if not broker.is_kafka:  # formatting is a part of its first start, and counted
        shutil.rmtree(broker.home / "data")
    ready = broker.start_again()
    time.sleep(size(10))  # the JVM compiles for a while after it is ready
    with cost(broker.pid) as spent:
        time.sleep(size(10))
    return {"ready_empty": ready, "idle_rss": broker.resident_mb(),
            "idle_cpu": 100 * spent.cpu / spent.seconds,
            "idle_wakeups": spent.switches / spent.seconds}


def partition_figures(name, count, clean, memory):
    return {
        f"{name}_create": Figure(f"{count:,} partitions: create", "s"),
        f"{name}_clean": Figure("  ready again after a clean stop", "s", value=clean),
        f"{name}_killed": Figure("  ready again after kill -9", "s"),
        f"{name}_memory": Figure("  resident memory", "MB", value=memory),
    }


def partitions(broker, name, count):
    began = time.monotonic()
    for number in range(count // 100):
        topic(broker, f"many-{number}", 100)
    created = time.monotonic() - began

    def produce():
        """One batch to each of 100 partitions: restarts meet logs that have data."""
        broker.load("produce", topic="many-0", partitions=100, connections=100, batch_bytes=1100,
                    bytes=100 * 1100)
    produce()
    memory = broker.resident_mb()
    ends = (f"many-{count // 100 - 1}", "many-0")
    broker.stop()
    clean = broker.start_again(ends, 100)
    produce()
    broker.kill()
    killed = broker.start_again(ends, 100)
    return {f"{name}_create": created, f"{name}_clean": clean, f"{name}_killed": killed,
            f"{name}_memory": memory}


@scenario("partitions-1000", partition_figures("p1000", 1000, 0.15, None), restarts=True,
          seconds=(45, 3), quick=(32, 2))
def partitions_1000(broker, size):
    return partitions(broker, "p1000", size(1000))


@scenario("partitions-10000", partition_figures("p10000", 10_000, 1, 200), restarts=True,
          seconds=(150, 15), quick=(40, 3))
def partitions_10000(broker, size):
    return partitions(broker, "p10000", size(10_000))
