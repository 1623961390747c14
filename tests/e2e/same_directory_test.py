#!/usr/bin/env python3
"""Apache Kafka and our broker take turns in one data directory, and neither misses anything.

Each turn starts a broker in what the other left behind, looks at the topic, lets a group read on
from where it was, produces, and stops.
"""
import re

from harness import Broker, KafkaTools, TestCase, main, scratch_directory

RECORDS = 60
SETTINGS = {"retention.ms": "123456789", "segment.bytes": "1048576"}
CODECS = ("none", "lz4", "zstd")  # one a turn


class SameDirectoryTest(TestCase):

    def take_turns(self, version, theirs):
        home = scratch_directory()
        ids, produced = set(), []
        for turn, flavour in enumerate(("monkafka", theirs, "monkafka")):
            broker = Broker(home, flavour)
            self.addCleanup(broker.close)
            broker.start()
            kafka = KafkaTools(version, broker.address)
            if turn == 0:
                self.create(kafka)
            else:
                self.assertEqual(sorted(produced[-1]), self.read(kafka, "reader", RECORDS), flavour)
            ids.add(self.look(kafka))
            produced.append(self.produce(kafka, turn))
            if turn == 2:
                self.assertEqual(sorted(sum(produced, [])),
                                 self.read(kafka, "another", RECORDS * len(produced)))
            broker.stop()
        self.assertEqual(1, len(ids), "the topic's id stays")

    def create(self, kafka):
        configs = [part for key, value in SETTINGS.items() for part in ("--config", f"{key}={value}")]
        kafka("kafka-topics", "--create", "--topic", "orders", "--partitions", 3, *configs)
        # So that the group has a position before there is anything to read.
        kafka("kafka-consumer-groups", "--group", "reader", "--topic", "orders",
              "--reset-offsets", "--to-earliest", "--execute")

    def look(self, kafka):
        line = self.assert_line(
            r"Topic: orders\s+TopicId: (\S+)\s+PartitionCount: 3\s+ReplicationFactor: 1\s+"
            r"Configs: (\S*)\s*", kafka("kafka-topics", "--describe", "--topic", "orders"))
        said = dict(part.split("=", 1) for part in line[2].split(","))
        self.assertEqual(SETTINGS, {key: said.get(key) for key in SETTINGS})
        return line[1]

    def produce(self, kafka, turn):
        records = [f"{turn}-{i}:{kafka.address}" for i in range(RECORDS)]
        kafka("kafka-console-producer", "--topic", "orders", "--property", "parse.key=true",
              "--property", "key.separator=:", "--compression-codec", CODECS[turn],
              stdin="".join(f"{record}\n" for record in records))
        return records

    def read(self, kafka, group, count):
        done = kafka("kafka-console-consumer", "--topic", "orders", "--group", group,
                     "--from-beginning", "--max-messages", count, "--timeout-ms", 30000,
                     "--property", "print.key=true", "--property", "key.separator=:")
        return sorted(line for line in done.lines if re.match(r"\d+-\d+:", line))

    def test_with_3_9(self):
        self.take_turns("3.9", "kafka")

    def test_with_4(self):
        self.take_turns("4", "kafka 4")


if __name__ == "__main__":
    main()
