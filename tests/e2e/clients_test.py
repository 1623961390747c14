#!/usr/bin/env python3
"""Other clients than Kafka's own: kcat, librdkafka in C and C++, kafkajs."""
import json
import re

from harness import (BrokerCase, ROOT, debian_program, fetched, main, program, run, wait_until)

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]


class Kcat(BrokerCase):

    overrides = {"num.partitions": 3}

    def kcat(self, *arguments, **options):
        return run(debian_program("kcat"), "-b", self.broker.address, *arguments, **options)

    def produce(self, topic, lines, *arguments):
        self.kcat("-P", "-t", topic, *arguments, stdin="".join(line + "\n" for line in lines))

    def consume(self, topic, form, *arguments):
        """Every record there is, each printed in this form on a line."""
        return self.kcat("-C", "-t", topic, "-e", "-q", "-f", form + "\\n", *arguments).lines

    def partitions(self, topic):
        metadata = json.loads(self.kcat("-L", "-J", "-t", topic).out)
        self.assertEqual([{"id": 1, "name": self.broker.address}], metadata["brokers"])
        self.assertEqual(1, metadata["controllerid"])
        return metadata["topics"][0]["partitions"]

    def wait_for_topic(self, topic):
        """Asking for a topic's metadata creates it."""
        return wait_until(lambda: len(self.partitions(topic)) == 3 and self.partitions(topic),
                          30, f"{topic} is there")

    def test_metadata_creates_the_topic_and_describes_it(self):
        for number, partition in enumerate(self.wait_for_topic("seen")):
            self.assertEqual((number, 1, [{"id": 1}], [{"id": 1}]),
                             (partition["partition"], partition["leader"], partition["replicas"],
                              partition["isrs"]))

    def test_keys_headers_and_partitions_come_back(self):
        self.wait_for_topic("kept")
        self.produce("kept", ["k1:v1", "k2:v2"], "-K:", "-p", 1, "-H", "a=1", "-H", "b=2")
        self.produce("kept", ["k3:"], "-K:", "-p", 2, "-Z")
        self.assertEqual(["1 0 a=1,b=2 k1 v1", "1 1 a=1,b=2 k2 v2"],
                         self.consume("kept", "%p %o %h %k %s", "-p", 1, "-o", "beginning"))
        self.assertEqual(["2 k3 -1"], self.consume("kept", "%p %k %S", "-p", 2, "-o", "beginning"))

    def test_every_codec(self):
        self.wait_for_topic("packed")
        for codec in CODECS:
            lines = [f"{codec} {number} {'x' * 100}" for number in range(1000)]
            self.produce("packed", lines, "-z", codec, "-p", 0)
            first = CODECS.index(codec) * 1000
            self.assertEqual(lines, self.consume("packed", "%s", "-p", 0, "-o", first))

    def test_every_way_to_acknowledge(self):
        self.wait_for_topic("acked")
        for acks in (0, 1, -1):
            self.produce("acked", [f"acks {acks}"], "-p", 0, "-X", f"topic.acks={acks}")
        wait_until(lambda: self.consume("acked", "%s", "-p", 0, "-o", "beginning")
                   == ["acks 0", "acks 1", "acks -1"], 10, "the record that nobody acknowledged")

    def test_idempotent_producer(self):
        self.wait_for_topic("idempotent")
        lines = [str(number) for number in range(20000)]
        self.produce("idempotent", lines, "-p", 0, "-X", "enable.idempotence=true",
                     "-X", "linger.ms=1", "-X", "batch.num.messages=100")
        self.assertEqual(lines, self.consume("idempotent", "%s", "-p", 0, "-o", "beginning"))

    def test_offsets_by_time(self):
        self.wait_for_topic("timed")
        self.produce("timed", ["one"], "-p", 0)
        first = int(self.consume("timed", "%T", "-p", 0, "-o", "beginning")[0])

        def offset_at(time):
            asked = self.kcat("-Q", "-t", f"timed:0:{time}")
            return int(self.assert_line(r"timed \[0\] offset (-?\d+)", asked)[1])
        self.assertEqual(0, offset_at(first))
        self.assertEqual(0, offset_at(-2))
        self.assertEqual(1, offset_at(-1))
        self.assertIn(offset_at(first + 1000000), (-1, 1))  # none: librdkafka then says the end
        self.assertEqual(["one"], self.consume("timed", "%s", "-p", 0, "-o", f"s@{first}"))

    def test_offsets_from_the_end_and_beyond(self):
        self.wait_for_topic("tail")
        self.produce("tail", [str(number) for number in range(10)], "-p", 0)
        self.assertEqual(["7", "8", "9"], self.consume("tail", "%s", "-p", 0, "-o", -3))
        self.assertEqual([], self.consume("tail", "%s", "-p", 0, "-o", "end"))
        beyond = self.kcat("-C", "-t", "tail", "-p", 0, "-o", 999, "-e", "-X",
                           "topic.auto.offset.reset=error", code=None)
        self.assertIn("out of range", (beyond.out + beyond.err).lower())

    def test_group_goes_on_where_it_was(self):
        self.wait_for_topic("grouped")

        def join(count):
            member = self.kcat("-G", "kcats", "-c", count, "-q", "-f", "%s\\n", "-X",
                               "auto.offset.reset=earliest", "grouped")
            return member.lines
        self.produce("grouped", ["a", "b", "c"], "-p", 0)
        self.assertEqual(["a", "b", "c"], join(3))
        self.produce("grouped", ["d"], "-p", 0)
        self.assertEqual(["d"], join(1))

    def test_large_records(self):
        self.wait_for_topic("large")
        record = "x" * 900000
        self.produce("large", [record] * 5, "-p", 0)
        self.assertEqual([record] * 5, self.consume("large", "%s", "-p", 0, "-o", "beginning"))
        refused = self.kcat("-P", "-t", "large", "-p", 0, "-X", "message.max.bytes=3000000",
                            stdin="x" * 1500000 + "\n", code=None)
        self.assertRegex(refused.out + refused.err, r"(?i)message size too large|too large")

    def test_message_larger_than_what_the_consumer_asks_for(self):
        self.wait_for_topic("over")
        self.produce("over", ["x" * 500000], "-p", 0)
        got = self.consume("over", "%S", "-p", 0, "-o", "beginning", "-X",
                           "fetch.message.max.bytes=1000", "-X", "fetch.max.bytes=1000000")
        self.assertEqual(["500000"], got)


class Librdkafka(BrokerCase):

    def test_admin_idempotent_batches_group_and_offsets(self):
        done = run(program("e2e_librdkafka_client"), f"bootstrap={self.broker.address}",
                   "topic=librdkafka", "records=3000", seconds=120)
        self.assertEqual(["create topic", "add partitions", "describe config",
                          "produce 15000 records", "consume and commit", "offsets",
                          "delete topic"], done.lines)


class Kafkajs(BrokerCase):

    def test_admin_producer_group_and_offsets(self):
        modules = fetched(ROOT / "tests" / "e2e" / "fetch-node-clients")
        done = run(debian_program("node"), ROOT / "tests/e2e/clients/kafkajs_client.js",
                   self.broker.address, "from-node", seconds=120,
                   env={"NODE_PATH": f"{modules}/node_modules", "KAFKAJS_NO_PARTITIONER_WARNING": "1"})
        self.assertTrue(re.match(r"admin: groups, records and topic deleted", done.lines[-1]), done)


if __name__ == "__main__":
    main()
