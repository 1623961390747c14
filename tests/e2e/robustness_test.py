"""Limits, bad clients and the end of the broker: what one connection does hurts no other one."""
import os
import re
import resource
import signal
import struct
import threading

import raw_client
from harness import Broker, TestCase, debian_program, main, run, wait_until
from raw_client import RawClient

MEGABYTE = 1 << 20


class RobustnessCase(TestCase):

    def broker_with(self, **overrides):
        self.broker = Broker(**overrides)
        self.addCleanup(self.broker.close)
        self.broker.start()
        return self.broker

    def client(self, **options):
        client = RawClient(self.broker.port, **options)
        self.addCleanup(client.close)
        return client

    def assert_answers(self, client):
        self.assertEqual(7, client.ask(raw_client.api_versions(7))[0])

    def assert_works_for_others(self):
        self.assert_answers(self.client())

    def topic(self, name, value=None, batches=0):
        client = self.client()
        self.assertEqual(1, client.ask(raw_client.create_topic(1, name))[0])
        batch = raw_client.record_batch(value or b"v")
        for number in range(batches):
            self.assertEqual(number, client.ask(raw_client.produce(number, name, batch))[0])

    def memory(self):
        """Bytes that the broker holds of its own, without pages of files."""
        with open(f"/proc/{self.broker.pid}/status", encoding="ascii") as status:
            return int(re.search(r"RssAnon:\s+(\d+) kB", status.read())[1]) * 1024


class Limits(RobustnessCase):

    def test_the_frame_size_limit_closes_that_connection_alone(self):
        self.broker_with(**{"socket.request.max.bytes": 10_000})
        beside, large = self.client(), self.client()
        body = 10_000 - (len(raw_client.api_versions(1)) - 4)
        self.assertEqual(1, large.ask(raw_client.api_versions(1, body))[0])
        large.send(struct.pack(">i", 10_001))
        self.assertTrue(large.was_closed())
        self.assert_answers(beside)
        self.assertIn("socket.request.max.bytes", self.broker.log())

    def test_connections_over_the_limit_are_closed(self):
        self.broker_with(**{"max.connections": 3})
        clients = [self.client() for _ in range(3)]
        for client in clients:
            self.assert_answers(client)
        self.assertTrue(self.client().was_closed())
        for client in clients:
            self.assert_answers(client)
        clients[0].close()
        self.wait_until_served()

    def wait_until_served(self, **options):
        def served():
            client = self.client(**options)
            try:
                return client.ask(raw_client.api_versions(1))
            except ConnectionError:
                return None
        wait_until(served, 30, "the place of a connection that ended is free")

    def test_an_address_has_a_limit_of_its_own(self):
        self.broker_with(**{"max.connections.per.ip": 2})
        clients = [self.client(source="127.0.0.2") for _ in range(2)]
        for client in clients:
            self.assert_answers(client)
        self.assertTrue(self.client(source="127.0.0.2").was_closed())
        self.assert_answers(self.client(source="127.0.0.3"))
        clients[0].close()
        self.wait_until_served(source="127.0.0.2")

    def test_requests_beyond_the_memory_wait_and_are_all_answered(self):
        self.broker_with(**{"queued.max.request.bytes": 8 * MEGABYTE})
        clients = [self.client() for _ in range(40)]
        answers = []
        frame = raw_client.api_versions(5, 5 * MEGABYTE)

        def send(client):
            answers.append(client.ask(frame)[0])
        threads = [threading.Thread(target=send, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        most = 0
        for thread in threads:
            while thread.is_alive():
                most = max(most, self.memory())
                thread.join(0.01)
        self.assertEqual([5] * 40, answers)
        self.assertLess(most, 64 * MEGABYTE)  # 200 MB were sent

    def test_five_thousand_connections_and_a_client_beside(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.assertGreater(hard, 5500, "the limit of open files is too low for this test")
        self.broker_with()
        clients = [self.client() for _ in range(5000)]
        for client in clients:
            client.send(raw_client.api_versions(7))
        kcat = debian_program("kcat")
        run(kcat, "-P", "-b", self.broker.address, "-t", "titi", stdin="hello\n")
        self.assertEqual("hello\n", run(kcat, "-C", "-b", self.broker.address, "-t", "titi", "-e",
                                        "-q", "-o", "beginning").out)
        for client in clients:
            self.assertEqual(7, client.receive()[0])
        self.assertLess(self.memory(), 150 * MEGABYTE)
        for client in clients:
            client.close()
        self.assert_works_for_others()


class BadClients(RobustnessCase):

    def test_who_does_not_read_large_fetches_costs_no_memory_and_no_time_of_others(self):
        self.broker_with()
        self.topic("large", bytes(900_000), batches=40)
        before = self.memory()
        slow = [self.client(receive_buffer=4096) for _ in range(32)]
        for client in slow:
            for number in range(5):
                client.send(raw_client.fetch(number, "large", max_bytes=36 * MEGABYTE))
        quick = self.client()
        for number in range(50):  # its own produce and fetch go on
            value = f"quick {number}".encode()
            reply = quick.ask(raw_client.produce(number, "large", raw_client.record_batch(value)))
            self.assertEqual(number, reply[0])
            self.assertIn(value, quick.ask(raw_client.fetch(number, "large", 40 + number))[1])
        self.assertLess(self.memory() - before, 100 * MEGABYTE)  # asked for: 5.7 GB
        for number in range(5):  # and who reads in the end gets all of it, in order
            correlation, body = slow[0].receive()
            self.assertEqual(number, correlation)
            self.assertGreater(len(body), 30 * MEGABYTE)
        for client in slow[1:]:
            client.reset()
        self.assert_works_for_others()

    def test_half_a_request_holds_up_nobody_and_is_closed_when_idle(self):
        self.broker_with(**{"connections.max.idle.ms": 1000})
        half = self.client()
        half.send(raw_client.api_versions(1)[:9])
        self.assert_works_for_others()
        self.assertTrue(half.was_closed())

    def test_clients_that_vanish_in_the_middle_are_forgotten(self):
        self.broker_with()
        self.topic("titi", bytes(100_000), batches=10)
        for number in range(200):
            client = RawClient(self.broker.port)
            client.send(raw_client.fetch(1, "titi", max_bytes=MEGABYTE))
            client.send(raw_client.fetch(2, "titi", 10, wait_ms=60_000, min_bytes=1))
            client.send(raw_client.api_versions(3)[:number % 20])
            client.reset()
        self.assert_works_for_others()
        descriptors = f"/proc/{self.broker.pid}/fd"
        wait_until(lambda: self.sockets(descriptors) < 20, 30, "their sockets are closed")

    def sockets(self, descriptors):
        count = 0
        for name in os.listdir(descriptors):
            try:
                count += os.readlink(f"{descriptors}/{name}").startswith("socket:")
            except FileNotFoundError:
                pass
        return count

    def test_malformed_frames_close_their_connection_alone(self):
        self.broker_with()
        beside = self.client()
        for frame in (struct.pack(">i", -1), struct.pack(">i", 0x7FFFFFFF), b"GET / HTTP/1.1\r\n\r\n",
                      raw_client.sized(b"\0"), raw_client.request(999, 0, 1),
                      raw_client.request(raw_client.PRODUCE, 3, 1, b"\xff" * 40),
                      raw_client.request(raw_client.FETCH, 4, 1, b"\x7f" * 40)):
            with self.subTest(frame=frame):
                bad = self.client()
                bad.send(frame)
                self.assertTrue(bad.was_closed())
                self.assert_answers(beside)

    def test_pipelined_requests_are_answered_in_order(self):
        self.broker_with()
        self.topic("titi", b"v", batches=1)
        client = self.client()
        batch = raw_client.record_batch(b"w")
        kinds = (lambda n: raw_client.fetch(n, "titi", 10_000 if n % 8 == 0 else 0),
                 lambda n: raw_client.produce(n, "titi", batch), raw_client.api_versions,
                 lambda n: raw_client.end_offset(n, "titi"))
        client.send(b"".join(kinds[number % 4](number) for number in range(400)))
        self.assertEqual(list(range(400)), [client.receive()[0] for _ in range(400)])


class Ending(RobustnessCase):

    def test_sigterm_answers_what_is_in_flight(self):
        self.broker_with(**{"group.initial.rebalance.delay.ms": 60_000})
        self.topic("titi", b"v", batches=1)
        waits, joins, writes = self.client(), self.client(), self.client()
        waits.send(raw_client.fetch(1, "titi", 1, wait_ms=60_000, min_bytes=1_000_000))
        self.wait_until_coordinated(joins, "readers")
        joins.send(raw_client.join_group(2, "readers"))
        batch = raw_client.record_batch(b"w")
        for number in range(200):
            writes.send(raw_client.produce(number, "titi", batch))
        self.assertEqual(0, writes.receive()[0])  # the others may be anywhere
        process = self.broker.server.process
        process.send_signal(signal.SIGTERM)
        self.assertEqual(1, waits.receive()[0])
        self.assertEqual(2, joins.receive()[0])
        acknowledged = 1
        while (reply := writes.receive()) is not None:
            self.assertEqual(acknowledged, reply[0])
            acknowledged += 1
        self.assertEqual(0, process.wait(60))
        self.assertTrue((self.broker.data / ".kafka_cleanshutdown").exists())

        self.broker.start()
        self.assertFalse((self.broker.data / ".kafka_cleanshutdown").exists())
        body = self.client().ask(raw_client.end_offset(1, "titi"))[1]
        # What was taken was answered, what was answered is there: neither more nor less.
        self.assertEqual(1 + acknowledged, struct.unpack(">q", body[-8:])[0])

    def wait_until_coordinated(self, client, group):
        """The first question makes the broker create the groups' internal topic."""
        find = raw_client.find_coordinator(1, group)
        wait_until(lambda: client.ask(find)[1][:2] == b"\0\0", 30, "the coordinator is there")


if __name__ == "__main__":
    main()
