#!/usr/bin/env python3
"""Kills the broker again and again under real clients, and checks what it promised.

Usage: crash_test.py [--rounds N] [--seed S]

Two idempotent acks=all producers and a consumer group of two that commits all the time run through
every crash; a third producer is killed in every round and a new one takes its place. After each
restart the group's committed offsets, and in the end every record, are read back with another client:

- a record that was acknowledged is there exactly once, at the offset that was acknowledged;
- the records of one producer are in the order in which they were sent, none twice, and those of a
  producer that lived on have no gap;
- a committed offset never goes back, neither for the group nor for someone who asks.

A failure prints the seed and keeps the directory. What is random is when the broker is killed, so a
seed makes the same plan, not the same run.
"""
import argparse
import collections
import json
import random
import signal
import subprocess
import sys
import time

import harness
from harness import Broker, debian_program, die_with_parent, program, run, wait_until

TOPIC = "crashed"
GROUP = "survivors"
PARTITIONS = 4
RECORDS_PER_SECOND = 1500
PROGRESS_SECONDS = 60


class Clients:
    """The client processes and what they logged."""

    def __init__(self, broker):
        self.broker = broker
        self.running = {}
        self.lived_on = set()  # the producers that were never killed
        self.acknowledged = collections.defaultdict(dict)  # (producer, partition) to {n: offset}
        self.acknowledged_count = 0
        self.committed = collections.Counter()  # partition to the highest acknowledged offset
        self.group_facts = collections.defaultdict(list)  # partition to the consumers' rows
        self.read_up_to = collections.Counter()  # bytes of each log

    def log(self, name):
        return self.broker.home / f"{name}.facts"

    def start(self, name, kind, arguments):
        command = [program(f"e2e_crash_{kind}"), f"bootstrap={self.broker.address}",
                   f"topic={TOPIC}", f"log={self.log(name)}"]
        command += [f"{key}={value}" for key, value in arguments.items()]
        self.log(name).touch()
        with open(self.broker.home / f"{name}.stderr", "wb") as stderr:
            self.running[name] = subprocess.Popen(command, stderr=stderr,
                                                  preexec_fn=die_with_parent)

    def start_producer(self, name):
        self.lived_on.add(name)
        self.start(name, "producer", {"name": name, "partitions": PARTITIONS,
                                      "rate": RECORDS_PER_SECOND})

    def start_consumer(self, name):
        self.start(name, "consumer", {"group": GROUP})

    def kill(self, name):
        self.lived_on.discard(name)
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def check_running(self):
        for name, process in self.running.items():
            if process.poll() is not None:
                stderr = (self.broker.home / f"{name}.stderr").read_text()
                raise AssertionError(f"{name} ended with {process.returncode}: {stderr}")

    def finish(self, names, seconds):
        for name in names:
            self.running[name].send_signal(signal.SIGTERM)
        for name in names:
            process = self.running.pop(name)
            if process.wait(seconds) != 0:
                stderr = (self.broker.home / f"{name}.stderr").read_text()
                raise AssertionError(f"{name} ended with {process.returncode}: {stderr}")

    def close(self):
        for process in self.running.values():
            process.kill()

    def absorb(self):
        """Reads what was logged since it was last called."""
        for path in self.broker.home.glob("*.facts"):
            with open(path, "rb") as log:
                log.seek(self.read_up_to[path])
                whole = log.read().rpartition(b"\n")[0]
            if not whole:
                continue
            self.read_up_to[path] += len(whole) + 1
            for line in whole.decode().splitlines():
                self.absorb_line(path.stem, line.split())

    def absorb_line(self, name, words):
        if words[0] in ("commit", "fetch"):
            partition, offset, begin, end = map(int, words[1:])
            self.group_facts[partition].append((begin, end, words[0], offset, name))
            if words[0] == "commit":
                self.committed[partition] = max(self.committed[partition], offset)
        elif words[0] != "all":
            partition, number, offset = map(int, words)
            self.acknowledged[name, partition][number] = offset
            self.acknowledged_count += 1


def fail(sentence):
    raise AssertionError(sentence)


def check_commits_never_go_back(clients):
    """Each acknowledged commit bounds from below whatever was committed or fetched after its end."""
    clients.absorb()
    for partition, rows in clients.group_facts.items():
        commits = sorted((end, offset) for _, end, what, offset, _ in rows if what == "commit")
        position, highest = 0, 0
        for begin, _, what, offset, name in sorted(rows):
            while position < len(commits) and commits[position][0] < begin:
                highest = max(highest, commits[position][1])
                position += 1
            if offset < highest:
                fail(f"partition {partition}: {name} had a {what} of {offset} although a commit of "
                     f"{highest} had been acknowledged before")


def read_group(address):
    """partition to offset, asked by a client that is no member."""
    from_broker = {}
    done = run(program("e2e_committed"), f"bootstrap={address}", f"topic={TOPIC}",
               f"group={GROUP}", f"partitions={PARTITIONS}")
    for line in done.lines:
        partition, offset = map(int, line.split())
        from_broker[partition] = max(offset, 0)
    return from_broker


def check_group(clients, address):
    clients.absorb()
    before = dict(clients.committed)
    now = read_group(address)
    for partition, offset in before.items():
        if now[partition] < offset:
            fail(f"partition {partition}: the group is at {now[partition]}, but a commit of {offset} "
                 "had been acknowledged")


def check_records(clients, address):
    kcat = debian_program("kcat")
    consumed = run(kcat, "-C", "-b", address, "-t", TOPIC, "-o", "beginning", "-e", "-q",
                   "-f", "%p %o %k %s\\n", seconds=300)
    found = collections.defaultdict(list)
    clients.absorb()
    last_offset = collections.defaultdict(lambda: -1)
    for line in consumed.lines:
        partition, offset, producer, number = line.split()
        partition, offset, number = int(partition), int(offset), int(number)
        if offset != last_offset[partition] + 1:
            fail(f"partition {partition}: offset {offset} comes after {last_offset[partition]}")
        last_offset[partition] = offset
        found[producer, partition].append((number, offset))

    for (producer, partition), rows in found.items():
        where = f"{producer} in partition {partition}"
        for (number, offset), (following, at) in zip(rows, rows[1:]):
            if following <= number:
                fail(f"{where}: record {following} (offset {at}) comes after record {number} "
                     f"(offset {offset})")
        if producer in clients.lived_on and [n for n, _ in rows] != list(range(len(rows))):
            fail(f"{where}: has a gap")
    for (producer, partition), acknowledged in clients.acknowledged.items():
        where = f"{producer} in partition {partition}"
        there = dict(found[producer, partition])
        for number, offset in acknowledged.items():
            if number not in there:
                fail(f"{where}: record {number} was acknowledged at offset {offset} and is gone")
            if there[number] != offset:
                fail(f"{where}: record {number} is at offset {there[number]}, not at {offset}, "
                     "which was acknowledged")
    return len(consumed.lines)


def wait_for_progress(clients, records):
    """That many more records are acknowledged, and offsets are committed again."""
    clients.absorb()
    acknowledged, committed = clients.acknowledged_count, sum(clients.committed.values())

    def progress():
        clients.check_running()
        clients.absorb()
        return (clients.acknowledged_count >= acknowledged + records
                and sum(clients.committed.values()) > committed)
    wait_until(progress, PROGRESS_SECONDS, "the clients go on after a restart")


def crash(broker, rng):
    """Kills it; sometimes again while it is starting."""
    broker.kill()
    while broker.flavour == "monkafka" and rng.random() < 0.3:
        broker.spawn()
        time.sleep(rng.uniform(0, 0.1))
        broker.kill()
    broker.start()


def crash_rounds(broker, clients, rounds, rng):
    for number in range(rounds):
        mortal = f"producer-mortal-{number}"
        clients.start_producer(mortal)
        wait_for_progress(clients, rng.randrange(200, 2000))
        time.sleep(rng.uniform(0, 0.5))  # not a wait: any moment will do
        clients.kill(mortal)
        crash(broker, rng)
        check_group(clients, broker.address)
        check_commits_never_go_back(clients)
        print(f"round {number + 1}: {clients.acknowledged_count} records acknowledged, "
              f"group at {dict(sorted(clients.committed.items()))}", flush=True)
    wait_for_progress(clients, 200)


def create_topic(broker):
    broker.start()
    kcat = debian_program("kcat")
    # Metadata creates the topic, with num.partitions.
    wait_until(lambda: len(json.loads(run(kcat, "-L", "-J", "-b", broker.address, "-t", TOPIC).out)
                           ["topics"][0]["partitions"]) == PARTITIONS, 30, "the topic is there")


def run_all(rounds, seed):
    # Small segments, so that crashes meet rolls.
    broker = Broker(**{"log.segment.bytes": 262144, "num.partitions": PARTITIONS,
                       "offsets.topic.num.partitions": 2})
    clients = Clients(broker)
    try:
        create_topic(broker)
        for name in ("producer-one", "producer-two"):
            clients.start_producer(name)
        for name in ("consumer-one", "consumer-two"):
            clients.start_consumer(name)
        crash_rounds(broker, clients, rounds, random.Random(seed))
        clients.finish([n for n in clients.running if n.startswith("producer")], 90)
        clients.finish([n for n in clients.running if n.startswith("consumer")], 30)
        check_commits_never_go_back(clients)
        broker.kill()
        broker.start()
        check_group(clients, broker.address)
        count = check_records(clients, broker.address)
        print(f"{rounds} crashes, {clients.acknowledged_count} records acknowledged, "
              f"{count} there: none lost, none twice, none out of order")
        broker.stop()
    finally:
        clients.close()
        broker.close()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    harness.script(lambda: run_all(arguments.rounds, arguments.seed))


if __name__ == "__main__":
    main()
