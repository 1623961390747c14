"""A Kafka client that does what no good client does: half requests, no reading, a thousand at once.

It speaks a few requests in old versions without tagged fields, as bytes on a socket.
"""
import socket
import struct

PRODUCE, FETCH, LIST_OFFSETS = 0, 1, 2
FIND_COORDINATOR, JOIN_GROUP, API_VERSIONS, CREATE_TOPICS = 10, 11, 18, 19
SECONDS = 60  # how long a reply may take before the test fails


def string(text):
    return struct.pack(">h", len(text)) + text.encode()


def array(*items):
    return struct.pack(">i", len(items)) + b"".join(items)


def sized(data):
    return struct.pack(">i", len(data)) + data


def request(api, version, correlation, body=b""):
    """A whole frame: length, header version 1, body."""
    return sized(struct.pack(">hhi", api, version, correlation) + string("raw") + body)


def api_versions(correlation, padding=0):
    """The broker ignores what follows a request's last field: so this may be of any size."""
    return request(API_VERSIONS, 0, correlation, bytes(padding))


def create_topic(correlation, topic):
    one = string(topic) + struct.pack(">ih", 1, 1) + array() + array()
    return request(CREATE_TOPICS, 2, correlation, array(one) + struct.pack(">i?", 30_000, False))


def produce(correlation, topic, batch, acks=-1):
    partition = array(struct.pack(">i", 0) + sized(batch))
    return request(PRODUCE, 3, correlation, struct.pack(">hhi", -1, acks, 30_000)
                   + array(string(topic) + partition))


def fetch(correlation, topic, offset=0, max_bytes=1 << 20, wait_ms=0, min_bytes=0):
    partition = array(struct.pack(">iqi", 0, offset, max_bytes))
    return request(FETCH, 4, correlation, struct.pack(">iiiib", -1, wait_ms, min_bytes, max_bytes, 0)
                   + array(string(topic) + partition))


def end_offset(correlation, topic):
    partition = array(struct.pack(">iq", 0, -1))
    return request(LIST_OFFSETS, 1, correlation, struct.pack(">i", -1)
                   + array(string(topic) + partition))


def find_coordinator(correlation, group):
    return request(FIND_COORDINATOR, 0, correlation, string(group))


def join_group(correlation, group):
    return request(JOIN_GROUP, 2, correlation, string(group) + struct.pack(">ii", 10_000, 60_000)
                   + string("") + string("consumer") + array(string("range") + sized(b"")))


def crc32c(data):
    if not crc32c.table:
        for value in range(256):
            for _ in range(8):
                value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
            crc32c.table.append(value)
    table, crc = crc32c.table, 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


crc32c.table = []


def varint(value):
    value = value << 1 ^ value >> 63
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def record_batch(value, timestamp=1_700_000_000_000):
    """A batch of one record without a key, by no idempotent producer."""
    record = b"\0\0\0" + varint(-1) + varint(len(value)) + value + varint(0)
    tail = struct.pack(">hiqqqhii", 0, 0, timestamp, timestamp, -1, -1, -1, 1) \
        + varint(len(record)) + record
    return struct.pack(">qiibI", 0, len(tail) + 9, 0, 2, crc32c(tail)) + tail


class RawClient:
    """One connection. Receive functions fail after SECONDS without a byte."""

    def __init__(self, port, source=None, receive_buffer=None):
        self.socket = socket.socket()
        self.socket.settimeout(SECONDS)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect(("127.0.0.1", port))

    def send(self, data):
        self.socket.sendall(data)

    def exactly(self, count):
        data = bytearray()
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                if data:
                    raise AssertionError(f"the reply ends after {len(data)} of {count} bytes")
                return None
            data += part
        return bytes(data)

    def receive(self):
        """The next reply's (correlation id, body), or None where the broker closed."""
        length = self.exactly(4)
        if length is None:
            return None
        frame = self.exactly(struct.unpack(">i", length)[0])
        return struct.unpack(">i", frame[:4])[0], frame[4:]

    def ask(self, data):
        self.send(data)
        return self.receive()

    def was_closed(self):
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def close(self):
        self.socket.close()

    def reset(self):
        """Goes away without a word: the broker's next write meets a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
