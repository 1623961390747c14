import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
// Records live in one of these two packages, depending on the release.
import org.apache.kafka.common.record.*;
import org.apache.kafka.common.record.internal.*;

/** Record batches built by the Kafka client, each with what a decoder should find inside. */
final class Batches {
  private static final long BASE_TIME = 1700000000000L;
  private static final long APPEND_TIME = 1700000123456L;

  private final PrintStream out;
  private final Random random;
  private final Map<String, Compression> codecs = new LinkedHashMap<>();

  Batches(PrintStream out, long seed) {
    this.out = out;
    this.random = new Random(seed);
    codecs.put("none", Compression.NONE);
    codecs.put("gzip", Compression.gzip().build());
    codecs.put("snappy", Compression.snappy().build());
    codecs.put("lz4", Compression.lz4().build());
    codecs.put("zstd", Compression.zstd().build());
  }

  void print() {
    byte magic = RecordBatch.MAGIC_VALUE_V2;
    for (var codec : codecs.entrySet()) {
      for (TimestampType type : new TimestampType[] {TimestampType.CREATE_TIME,
          TimestampType.LOG_APPEND_TIME}) {
        String name = codec.getKey() + "-" + type.name; // none-CreateTime
        emit("batch", name, magic, one(magic, codec.getValue(), type, 0, mixed(magic)));
        emit("batch", name, magic, one(magic, codec.getValue(), type, 1234567890123L,
            List.of(record(magic, 0, "key", "value"))));
        emit("batch", name, magic, one(magic, codec.getValue(), type, 42, large(magic)));
        emit("batch", name, magic, concatenate(
            one(magic, codec.getValue(), type, 10, mixed(magic)),
            one(magic, codec.getValue(), type, 100, mixed(magic))));
      }
      emit("batch", codec.getKey() + "-Idempotent", magic, produced(codec.getValue(), false));
      emit("batch", codec.getKey() + "-Transactional", magic, produced(codec.getValue(), true));
    }
    for (ControlRecordType type : new ControlRecordType[] {ControlRecordType.ABORT,
        ControlRecordType.COMMIT}) {
      emit("batch", "none-Control" + type, magic, MemoryRecords.withEndTransactionMarker(77,
          BASE_TIME, 5, 4242, (short) 3, new EndTransactionMarker(type, 9)));
    }
    ByteBuffer empty = ByteBuffer.allocate(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
    DefaultRecordBatch.writeEmptyHeader(empty, magic, 4242, (short) 3, 17, 50, 59, 5,
        TimestampType.CREATE_TIME, BASE_TIME, true, false);
    empty.flip();
    emit("batch", "none-Compacted", magic, MemoryRecords.readableRecords(empty));
    for (byte old = RecordBatch.MAGIC_VALUE_V0; old <= RecordBatch.MAGIC_VALUE_V1; ++old) {
      for (var codec : codecs.entrySet()) {
        if (codec.getKey().equals("zstd")) continue; // only batches may use it
        String name = codec.getKey() + "-" + TimestampType.CREATE_TIME.name;
        emit("message-set", name, old, one(old, codec.getValue(),
            old == 0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME, 7, mixed(old)));
      }
    }
  }

  private MemoryRecords one(byte magic, Compression codec, TimestampType type, long baseOffset,
      List<SimpleRecord> records) {
    return fill(MemoryRecords.builder(ByteBuffer.allocate(1024), magic, codec, type, baseOffset,
        APPEND_TIME, 11), records);
  }

  private MemoryRecords produced(Compression codec, boolean transactional) {
    return fill(MemoryRecords.builder(ByteBuffer.allocate(1024), RecordBatch.MAGIC_VALUE_V2, codec,
        TimestampType.CREATE_TIME, 0, APPEND_TIME, 1L << 40, (short) 12, 2147483646, transactional,
        -1), mixed(RecordBatch.MAGIC_VALUE_V2));
  }

  private static MemoryRecords fill(MemoryRecordsBuilder builder, List<SimpleRecord> records) {
    for (SimpleRecord record : records) builder.append(record);
    return builder.build();
  }

  private static MemoryRecords concatenate(MemoryRecords first, MemoryRecords second) {
    ByteBuffer both = ByteBuffer.allocate(first.sizeInBytes() + second.sizeInBytes());
    both.put(first.buffer()).put(second.buffer()).flip();
    return MemoryRecords.readableRecords(both);
  }

  private SimpleRecord record(byte magic, long delta, String key, String value, Header... headers) {
    return new SimpleRecord(magic == 0 ? RecordBatch.NO_TIMESTAMP : BASE_TIME + delta,
        key == null ? null : key.getBytes(StandardCharsets.UTF_8),
        value == null ? null : value.getBytes(StandardCharsets.UTF_8),
        magic < 2 ? new Header[0] : headers);
  }

  /** Null and empty keys, values and headers, timestamps that go back, then random ones. */
  private List<SimpleRecord> mixed(byte magic) {
    List<SimpleRecord> records = new ArrayList<>();
    records.add(record(magic, 0, "k", "v"));
    records.add(record(magic, 5, null, "no key"));
    records.add(record(magic, 3, "no value", null));
    records.add(record(magic, -1000, null, null));
    records.add(record(magic, 86400000L * 400, "", "", new RecordHeader("", new byte[0])));
    records.add(record(magic, 7, "ключ", "значение 😀",
        new RecordHeader("trace-id", new byte[] {0, -1, 127, -128}),
        new RecordHeader("trace-id", (byte[]) null),
        new RecordHeader("ünï", "λ".getBytes(StandardCharsets.UTF_8))));
    for (int count = random.nextInt(5); count > 0; --count) {
      byte[] value = new byte[random.nextInt(200)];
      random.nextBytes(value);
      records.add(new SimpleRecord(magic == 0 ? RecordBatch.NO_TIMESTAMP
          : BASE_TIME + random.nextInt(1000), new byte[] {(byte) count}, value));
    }
    return records;
  }

  /** More than one 64 KB block for the codecs that work in blocks. */
  private List<SimpleRecord> large(byte magic) {
    byte[] noise = new byte[3000];
    random.nextBytes(noise);
    return List.of(record(magic, 0, "big", "0123456789abcdef".repeat(9000)),
        new SimpleRecord(BASE_TIME + 1, null, noise), record(magic, 2, "after", "big"));
  }

  private void emit(String kind, String name, byte magic, MemoryRecords records) {
    String prefix = " -1 " + name + " " + magic + " ";
    ByteBuffer bytes = records.buffer();
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    out.println(kind + prefix + HexFormat.of().formatHex(copy));
    StringBuilder headers = new StringBuilder();
    StringBuilder contents = new StringBuilder();
    for (var batch : records.batches()) {
      if (magic == RecordBatch.MAGIC_VALUE_V2) {
        separate(headers).append(header(batch));
      }
      for (var record : batch) {
        separate(contents).append("{\"offset\":").append(record.offset())
            .append(",\"timestamp\":").append(record.timestamp())
            .append(",\"key\":").append(hex(record.key()))
            .append(",\"value\":").append(hex(record.value()))
            .append(",\"headers\":[");
        String comma = "";
        for (Header header : record.headers()) {
          contents.append(comma).append('[')
              .append(hex(ByteBuffer.wrap(header.key().getBytes(StandardCharsets.UTF_8))))
              .append(',')
              .append(hex(header.value() == null ? null : ByteBuffer.wrap(header.value())))
              .append(']');
          comma = ",";
        }
        contents.append("]}");
      }
    }
    if (magic == RecordBatch.MAGIC_VALUE_V2) {
      out.println(kind + "-headers" + prefix + "[" + headers + "]");
    }
    out.println(kind + "-records" + prefix + "[" + contents + "]");
  }

  private static String header(RecordBatch batch) {
    return String.format("{\"base_offset\":%d,\"last_offset\":%d,\"size\":%d,"
        + "\"partition_leader_epoch\":%d,\"crc\":%d,\"codec\":\"%s\",\"timestamp_type\":\"%s\","
        + "\"base_timestamp\":%d,\"max_timestamp\":%d,\"producer_id\":%d,\"producer_epoch\":%d,"
        + "\"base_sequence\":%d,\"last_sequence\":%d,\"count\":%d,\"transactional\":%b,"
        + "\"control\":%b}",
        batch.baseOffset(), batch.lastOffset(), batch.sizeInBytes(), batch.partitionLeaderEpoch(),
        batch.checksum(), batch.compressionType().name, batch.timestampType().name,
        ((DefaultRecordBatch) batch).baseTimestamp(), batch.maxTimestamp(), batch.producerId(),
        batch.producerEpoch(), batch.baseSequence(), batch.lastSequence(), batch.countOrNull(),
        batch.isTransactional(), batch.isControlBatch());
  }

  private static StringBuilder separate(StringBuilder text) {
    return text.length() == 0 ? text : text.append(',');
  }

  private static String hex(ByteBuffer buffer) {
    if (buffer == null) return "null";
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return '"' + HexFormat.of().formatHex(bytes) + '"';
  }
}
