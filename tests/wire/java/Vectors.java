import java.io.BufferedOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * Prints byte vectors made by the Kafka client's own serializer: Vectors [--all] [--unstable] OUT.
 *
 * <p>tests/wire/README.md describes the output, tests/wire/make-vectors compiles and runs this.
 */
public final class Vectors {
  private static final long SEED = 20240601;
  private static final RandomMessage.Mode[] INSTANCES = {
      RandomMessage.Mode.DEFAULTS, RandomMessage.Mode.NULLS, RandomMessage.Mode.EMPTY,
      RandomMessage.Mode.RANDOM, RandomMessage.Mode.RANDOM, RandomMessage.Mode.RANDOM};

  /** The APIs printed without --all. */
  private static final Set<String> USUAL = Set.of("Produce", "Fetch", "ListOffsets", "Metadata",
      "OffsetCommit", "OffsetFetch", "FindCoordinator", "JoinGroup", "Heartbeat", "LeaveGroup",
      "SyncGroup", "DescribeGroups", "ListGroups", "DeleteGroups", "OffsetDelete", "ApiVersions",
      "CreateTopics", "DeleteTopics", "CreatePartitions", "DeleteRecords", "InitProducerId",
      "OffsetForLeaderEpoch", "DescribeConfigs", "AlterConfigs", "IncrementalAlterConfigs",
      "DescribeLogDirs", "DescribeCluster", "DescribeTopicPartitions", "DescribeProducers");

  private final PrintStream out;
  private final boolean all;
  private final boolean unstable;

  private Vectors(PrintStream out, boolean all, boolean unstable) {
    this.out = out;
    this.all = all;
    this.unstable = unstable;
  }

  public static void main(String[] arguments) throws Exception {
    List<String> options = Arrays.asList(arguments);
    String file = arguments[arguments.length - 1];
    try (PrintStream out = new PrintStream(
        new BufferedOutputStream(new FileOutputStream(file), 1 << 20), false, "UTF-8")) {
      Vectors vectors =
          new Vectors(out, options.contains("--all"), options.contains("--unstable"));
      out.println("# kind api_key name version hex; Apache Kafka " + AppInfoParser.getVersion());
      vectors.apis();
      vectors.messages("header-request", -1, "RequestHeader",
          "org.apache.kafka.common.message.RequestHeaderData");
      vectors.messages("header-response", -1, "ResponseHeader",
          "org.apache.kafka.common.message.ResponseHeaderData");
      vectors.records();
      new Batches(out, SEED).print();
      vectors.javaHash();
      if (out.checkError()) throw new java.io.IOException("cannot write " + file);
    }
  }

  private void apis() throws Exception {
    Set<String> missing = new TreeSet<>(USUAL);
    for (ApiMessageType api : ApiMessageType.values()) {
      String name = api.name; // Produce
      missing.remove(name);
      boolean clientFacing = api.listeners().contains(ApiMessageType.ListenerType.BROKER);
      if (!USUAL.contains(name) && !(all && clientFacing)) continue;
      short lowest = api.lowestSupportedVersion();
      short highest = api.highestSupportedVersion(unstable);
      for (short version = lowest; version <= highest; ++version) {
        messages("request", api.apiKey(), name, version, api.newRequest().getClass(),
            api.requestSchemas()[version], null);
        messages("response", api.apiKey(), name, version, api.newResponse().getClass(),
            api.responseSchemas()[version], null);
      }
    }
    if (!missing.isEmpty()) throw new IllegalStateException("no such APIs: " + missing);
  }

  /** Every record kind that the broker writes to its own topics and logs. */
  private void records() throws Exception {
    String coordinators = "coordinator/" + (all ? "\\w+" : "(group|transaction)");
    for (String name : classes("org/apache/kafka/" + coordinators + "/generated/\\w+(Key|Value)")) {
      messages(name.endsWith("Key") ? "record-key" : "record-value", newMessage(name).apiKey(),
          simple(name), name);
    }
    for (String name : classes("org/apache/kafka/common/metadata/\\w+Record")) {
      short key = newMessage(name).apiKey();
      messages("metadata-record", key, simple(name), name);
    }
    for (String name : List.of("LeaderChangeMessage", "SnapshotHeaderRecord",
        "SnapshotFooterRecord", "KRaftVersionRecord", "VotersRecord")) {
      messages("control-record", -1, name, "org.apache.kafka.common.message." + name);
    }
    for (String name : List.of("ConsumerProtocolSubscription", "ConsumerProtocolAssignment")) {
      messages("consumer-protocol", -1, name, "org.apache.kafka.common.message." + name);
    }
  }

  private static ApiMessage newMessage(String name) throws ReflectiveOperationException {
    return (ApiMessage) Class.forName(name).getDeclaredConstructor().newInstance();
  }

  private static String simple(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** The names of all classes on the class path whose path matches. */
  private static Set<String> classes(String pattern) throws Exception {
    Set<String> found = new TreeSet<>();
    for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!element.contains("kafka") || !element.endsWith(".jar")) continue;
      try (JarFile jar = new JarFile(element)) {
        jar.stream().map(entry -> entry.getName())
            .filter(entry -> entry.matches(pattern + "\\.class"))
            .forEach(entry -> found.add(
                entry.substring(0, entry.length() - ".class".length()).replace('/', '.')));
      }
    }
    if (found.isEmpty()) throw new IllegalStateException("no class matches " + pattern);
    return found;
  }

  /** All versions of a message that is not an API's request or response. */
  private void messages(String kind, int key, String name, String className) throws Exception {
    Class<? extends Message> type =
        Class.forName(className).asSubclass(Message.class);
    Schema[] schemas = (Schema[]) type.getField("SCHEMAS").get(null);
    for (short version = type.getField("LOWEST_SUPPORTED_VERSION").getShort(null);
        version <= type.getField("HIGHEST_SUPPORTED_VERSION").getShort(null); ++version) {
      String onDisk = switch (kind) {
        case "record-key" -> "disk-key";
        case "record-value" -> "disk-value";
        case "metadata-record" -> "disk-metadata";
        default -> null;
      };
      messages(kind, key, name, version, type, schemas[version], onDisk);
    }
  }

  private void messages(String kind, int key, String name, short version,
      Class<? extends Message> type, Schema schema, String onDisk) throws Exception {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < INSTANCES.length; ++i) {
      long seed = SEED + 1000003L * (kind + name + version).hashCode() + i;
      Message message = new RandomMessage(seed, INSTANCES[i], false).make(type, schema);
      byte[] body = RandomMessage.bytes(message, version);
      // Messages with few fields give the same bytes again.
      if (seen.add(hex(body))) line(kind, key, name, version, body);
      if (i < INSTANCES.length - 1) continue;
      if (onDisk != null) {
        line(onDisk, key, name, version, onDisk(onDisk, (ApiMessage) message, version));
      }
      if (isFlexible(schema)) {
        Message tagged = new RandomMessage(seed, INSTANCES[i], true).make(type, schema);
        body = RandomMessage.bytes(tagged, version);
        line(kind + "-unknown-tags", key, name, version, body);
        dropUnknownTags(tagged);
        line(kind + "-unknown-tags-dropped", key, name, version,
            RandomMessage.bytes(tagged, version));
      }
    }
  }

  private static boolean isFlexible(Schema schema) {
    return Arrays.stream(schema.fields()).anyMatch(f -> f.def.type instanceof TaggedFields);
  }

  private static void dropUnknownTags(Object value) throws ReflectiveOperationException {
    if (value instanceof Iterable<?> list) {
      for (Object element : list) dropUnknownTags(element);
    } else if (value instanceof Message message) {
      message.unknownTaggedFields().clear();
      for (var field : message.getClass().getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers())
            || field.getType().isPrimitive()) continue;
        field.setAccessible(true);
        dropUnknownTags(field.get(message));
      }
    }
  }

  /** With the prefix that the record has in its topic's or the metadata's log. */
  private static byte[] onDisk(String kind, ApiMessage message, short version)
      throws ReflectiveOperationException {
    if (kind.equals("disk-metadata")) {
      ApiMessageAndVersion record = new ApiMessageAndVersion(message, version);
      ObjectSerializationCache cache = new ObjectSerializationCache();
      ByteBuffer buffer =
          ByteBuffer.allocate(MetadataRecordSerde.INSTANCE.recordSize(record, cache));
      MetadataRecordSerde.INSTANCE.write(record, cache, new ByteBufferAccessor(buffer));
      return buffer.array();
    }
    // A key begins with its record's type, which before 4.x was the version of the key's schema.
    boolean typed = kind.equals("disk-key") && message.apiKey() >= 0;
    byte[] body = RandomMessage.bytes(message, version);
    return ByteBuffer.allocate(2 + body.length)
        .putShort(typed ? message.apiKey() : version).put(body).array();
  }

  /** Which of the 50 partitions of an internal topic keeps a group's or producer's records. */
  private void javaHash() {
    Random random = new Random(SEED);
    Set<String> ids = new TreeSet<>(Set.of("", "a", "group", "console-consumer-12345",
        "polygenelubricants", "my-transactional-id", "grüße", "日本語", "😀"));
    String letters = "abcdefghijklmnopqrstuvwxyz0123456789-._äλ日";
    while (ids.size() < 200) {
      StringBuilder id = new StringBuilder();
      for (int length = 1 + random.nextInt(40); length > 0; --length) {
        id.append(letters.charAt(random.nextInt(letters.length())));
      }
      ids.add(id.toString());
    }
    for (String id : ids) {
      line("java-hash", -1, "mod50", Utils.abs(id.hashCode()) % 50,
          id.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void line(String kind, int key, String name, int version, byte[] bytes) {
    out.println(kind + " " + key + " " + name + " " + version + " " + hex(bytes));
  }

  /** No bytes at all are "-", so that every line has its five columns. */
  private static String hex(byte[] bytes) {
    return bytes.length == 0 ? "-" : HexFormat.of().formatHex(bytes);
  }
}
