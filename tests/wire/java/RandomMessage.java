import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
// Records live in one of these two packages, depending on the release.
import org.apache.kafka.common.record.*;
import org.apache.kafka.common.record.internal.*;

/**
 * Fills the Kafka client's generated message classes with random values.
 *
 * <p>Follows the schema of one version, so that only fields which that version has are set, and
 * turns messages into bytes with the client's own serializer.
 */
final class RandomMessage {
  enum Mode { DEFAULTS, NULLS, EMPTY, RANDOM }

  private static final String ALPHABET = "abcXYZ019._-/ äßñλжक日本語한글\u00a0\u200d\uffff\n\u0001";
  private static final String[] ASTRAL = {"😀", "𝕂", "🇦🇶", "\uD83D\uDC69\u200D\uD83D\uDD2C"};

  private final Random random;
  private final Mode mode;
  /** Also add tagged fields that no schema knows, which a reader has to skip. */
  private final boolean unknownTags;

  RandomMessage(long seed, Mode mode, boolean unknownTags) {
    this.random = new Random(seed);
    this.mode = mode;
    this.unknownTags = unknownTags;
  }

  /** A new message of this class, filled according to the schema of its version. */
  Message make(Class<? extends Message> type, Schema schema) throws ReflectiveOperationException {
    return (Message) makeStruct(type, schema, 0);
  }

  /** The message's bytes; fails if reading them back and writing again gives other bytes. */
  static byte[] bytes(Message message, short version) throws ReflectiveOperationException {
    byte[] bytes = serialize(message, version);
    Message copy = message.getClass().getDeclaredConstructor().newInstance();
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    copy.read(new ByteBufferAccessor(buffer), version);
    if (buffer.hasRemaining() || !java.util.Arrays.equals(bytes, serialize(copy, version))) {
      throw new IllegalStateException("does not round-trip, version " + version + ": " + message);
    }
    return bytes;
  }

  private static byte[] serialize(Message message, short version) {
    ObjectSerializationCache cache = new ObjectSerializationCache();
    ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
    message.write(new ByteBufferAccessor(buffer), cache, version);
    if (buffer.hasRemaining()) throw new IllegalStateException("size and bytes differ: " + message);
    return buffer.array();
  }

  static Map<Integer, org.apache.kafka.common.protocol.types.Field> taggedFields(TaggedFields type)
      throws ReflectiveOperationException {
    Field field = TaggedFields.class.getDeclaredField("fields"); // 3.9 has no accessor
    field.setAccessible(true);
    @SuppressWarnings("unchecked")
    var fields = (Map<Integer, org.apache.kafka.common.protocol.types.Field>) field.get(type);
    return fields;
  }

  private Object makeStruct(Class<?> type, Schema schema, int depth)
      throws ReflectiveOperationException {
    Constructor<?> constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    Message struct = (Message) constructor.newInstance();
    boolean flexible = false;
    for (var bound : schema.fields()) {
      if (bound.def.type instanceof TaggedFields tagged) {
        flexible = true;
        for (var field : new TreeMap<>(taggedFields(tagged)).values()) {
          // A tagged field that keeps its default is not written at all: leave some out.
          if (mode != Mode.RANDOM || random.nextInt(4) > 0) fill(struct, field, depth);
        }
      } else {
        fill(struct, bound.def, depth);
      }
    }
    if (unknownTags && flexible && (depth == 0 || random.nextBoolean())) addUnknownTags(struct);
    return struct;
  }

  private void fill(Message struct, org.apache.kafka.common.protocol.types.Field field, int depth)
      throws ReflectiveOperationException {
    Field target = javaField(struct.getClass(), field.name);
    Object was = target.get(struct);
    boolean isStruct = field.type instanceof Schema;
    // 3.9's schemas do not tell which structs are nullable; those default to null.
    boolean nullable = field.type.isNullable() || (isStruct && was == null);
    if (mode == Mode.DEFAULTS) {
      // A default of null is not valid in the versions where the field is not nullable.
      if (was == null && !nullable) target.set(struct, value(target, field.type, depth, true));
    } else if (nullable && mode == Mode.NULLS) {
      target.set(struct, null);
    } else if (nullable && mode == Mode.RANDOM && random.nextInt(6) == 0) {
      target.set(struct, null);
    } else {
      // What is empty inside an array's elements is met only if the outermost array has one.
      boolean outer = depth == 0 && !nullable && field.type.isArray()
          && field.type.arrayElementType().get() instanceof Schema;
      target.set(struct, value(target, field.type, depth, mode == Mode.EMPTY && !outer));
    }
  }

  /** The Java field for a schema's field: group_id is groupId. */
  private static Field javaField(Class<?> type, String schemaName) throws NoSuchFieldException {
    String wanted = schemaName.replace("_", "");
    for (Field field : type.getDeclaredFields()) {
      if (field.getName().equalsIgnoreCase(wanted)) {
        field.setAccessible(true);
        return field;
      }
    }
    throw new NoSuchFieldException(type + "." + schemaName);
  }

  private Object value(Field target, org.apache.kafka.common.protocol.types.Type type, int depth,
      boolean empty) throws ReflectiveOperationException {
    return value(target.getGenericType(), type, depth, empty);
  }

  private Object value(Type javaType, org.apache.kafka.common.protocol.types.Type type, int depth,
      boolean empty) throws ReflectiveOperationException {
    if (type.isArray()) return array(javaType, type.arrayElementType().get(), depth, empty);
    if (type instanceof Schema schema) return makeStruct((Class<?>) javaType, schema, depth + 1);
    if (javaType == String.class) return empty ? "" : string();
    if (javaType == byte[].class) return empty ? new byte[0] : blob();
    if (javaType == ByteBuffer.class) return ByteBuffer.wrap(empty ? new byte[0] : blob());
    if (javaType == Uuid.class) return uuid();
    if (javaType == boolean.class || javaType == Boolean.class) return random.nextBoolean();
    if (javaType == double.class || javaType == Double.class) return number();
    if (javaType == BaseRecords.class) return empty ? MemoryRecords.EMPTY : records();
    switch (type.toString()) {
      case "INT8": return (byte) integer(Byte.MIN_VALUE, Byte.MAX_VALUE);
      case "INT16": return (short) integer(Short.MIN_VALUE, Short.MAX_VALUE);
      case "UINT16": return (int) integer(0, 65535);
      case "INT32": return (int) integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
      case "UINT32": return integer(0, 0xffffffffL);
      case "INT64": return integer(Long.MIN_VALUE, Long.MAX_VALUE);
      default: throw new IllegalArgumentException("no values for type " + type + ", " + javaType);
    }
  }

  /** A list, or the collection class that the message declares, of elements of this type. */
  private Object array(Type javaType, org.apache.kafka.common.protocol.types.Type element,
      int depth, boolean empty) throws ReflectiveOperationException {
    Collection<Object> result;
    Type elementType;
    if (javaType instanceof ParameterizedType list) {
      result = new ArrayList<>();
      elementType = list.getActualTypeArguments()[0];
    } else {
      Class<?> collection = (Class<?>) javaType;
      @SuppressWarnings("unchecked")
      var made = (Collection<Object>) collection.getConstructor().newInstance();
      result = made;
      elementType = ((ParameterizedType) collection.getGenericSuperclass())
          .getActualTypeArguments()[0];
    }
    for (int count = empty ? 0 : arraySize(element, depth); count > 0; --count) {
      result.add(value(elementType, element, depth, false));
    }
    return result;
  }

  private int arraySize(org.apache.kafka.common.protocol.types.Type element, int depth) {
    if (mode != Mode.RANDOM) return 1; // so that what is null or empty inside is met
    boolean plain = !(element instanceof Schema);
    if (plain && random.nextInt(20) == 0) return 127 + random.nextInt(3); // length varint grows
    if (depth > 0 && random.nextInt(4) == 0) return 0;
    return 1 + random.nextInt(depth < 2 ? 3 : 2);
  }

  private long integer(long min, long max) {
    switch (random.nextInt(6)) {
      case 0: return min;
      case 1: return max;
      case 2: return Math.max(min, -1);
      case 3: return random.nextInt(10);
      default:
        long range = max - min; // wraps only for INT64, where any long will do
        return range < 0 ? random.nextLong() : min + Math.floorMod(random.nextLong(), range + 1);
    }
  }

  private double number() {
    double[] special = {0.0, -0.0, -1.5, Double.MAX_VALUE, Double.MIN_VALUE,
        Double.NEGATIVE_INFINITY, Double.NaN};
    int pick = random.nextInt(2 * special.length);
    return pick < special.length ? special[pick] : random.nextGaussian() * 1e6;
  }

  private Uuid uuid() {
    return random.nextInt(6) == 0 ? Uuid.ZERO_UUID
        : new Uuid(random.nextLong(), random.nextLong());
  }

  private String string() {
    int length = random.nextInt(12) == 0 ? 120 + random.nextInt(20) : random.nextInt(14);
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      int pick = random.nextInt(ALPHABET.length() + ASTRAL.length);
      if (pick < ALPHABET.length()) text.append(ALPHABET.charAt(pick));
      else text.append(ASTRAL[pick - ALPHABET.length()]);
    }
    return text.toString();
  }

  private byte[] blob() {
    int length = random.nextInt(12) == 0 ? 120 + random.nextInt(20) : random.nextInt(24);
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private MemoryRecords records() {
    if (random.nextInt(8) == 0) return MemoryRecords.EMPTY;
    SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(3)];
    for (int i = 0; i < records.length; ++i) {
      byte[] key = random.nextInt(4) == 0 ? null : string().getBytes(StandardCharsets.UTF_8);
      byte[] value = random.nextInt(4) == 0 ? null : blob();
      records[i] = new SimpleRecord(1700000000000L + random.nextInt(100000), key, value);
    }
    Compression[] codecs = {Compression.NONE, Compression.gzip().build(),
        Compression.snappy().build(), Compression.lz4().build(), Compression.zstd().build()};
    return MemoryRecords.withRecords(codecs[random.nextInt(codecs.length)], records);
  }

  private void addUnknownTags(Message struct) {
    List<RawTaggedField> tags = struct.unknownTaggedFields();
    int tag = 100; // no schema has so many
    for (int count = 1 + random.nextInt(3); count > 0; --count) {
      tags.add(new RawTaggedField(tag, blob()));
      tag += 1 + random.nextInt(1 << (7 * count));
    }
  }
}
