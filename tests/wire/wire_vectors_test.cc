// Every API in every version, byte for byte against Apache Kafka's own serializer; and what the
// decoders do with messages that are cut short or damaged.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

#include "protocol/api.h"
#include "protocol/header.h"
#include "protocol/writer.h"
#include "wire/allocation_watch.h"
#include "wire/codecs.h"
#include "wire/vectors.h"

namespace monkafka::wire {
namespace {

using protocol::Api;

const Codec* FindCodec(int api_key, int version, bool is_request) {
  for (const Codec& codec : Codecs()) {
    if (static_cast<int>(codec.api.key) == api_key && codec.is_request == is_request) {
      return codec.api.Supports(static_cast<int16_t>(version)) ? &codec : nullptr;
    }
  }
  return nullptr;
}

// The codec of a request or response of ours, else null.
const Codec* FindCodec(const Vector& vector) {
  const bool is_request = vector.kind == "request";
  if (!is_request && vector.kind != "response") return nullptr;
  return FindCodec(vector.api_key, vector.version, is_request);
}

std::string Hex(Bytes bytes) {
  std::string out;
  for (uint8_t byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}

// Calls `visit(codec, vector, bytes)` for each vector of an API of ours.
template <class Visit>
void ForEachMessage(Visit visit) {
  for (const Vector& vector : Vectors()) {
    if (const Codec* codec = FindCodec(vector)) visit(*codec, vector, vector.Bytes());
  }
}

TEST(WireVectorsTest, EveryMessageIsReadAndWrittenAgainByteForByte) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  ForEachMessage([](const Codec& codec, const Vector& vector, std::vector<uint8_t> bytes) {
    const auto again = codec.recode(bytes, static_cast<int16_t>(vector.version));
    ASSERT_TRUE(again.has_value()) << vector.Where() << ": " << again.error().message;
    ASSERT_EQ(Hex(*again), Hex(bytes)) << vector.Where();
  });
}

// Nullable strings without a default in Kafka's schema are null in our structs, "" in Kafka's.
bool BeginsWithNull(const Codec& codec) {
  switch (codec.api.key) {
    case protocol::ApiKey::kFindCoordinator:  // error_message
    case protocol::ApiKey::kJoinGroup:        // protocol_name
      return !codec.is_request;
    case protocol::ApiKey::kInitProducerId:  // transactional_id
      return codec.is_request;
    default:
      return false;
  }
}

// The first vector of a message and version has every field at Kafka's default.
TEST(WireVectorsTest, DefaultsAreKafkas) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  std::set<std::tuple<std::string, int, bool, int>> seen;
  ForEachMessage([&](const Codec& codec, const Vector& vector, const std::vector<uint8_t>& bytes) {
    if (!seen.insert({vector.file, vector.api_key, codec.is_request, vector.version}).second)
      return;
    if (BeginsWithNull(codec)) return;
    EXPECT_EQ(Hex(codec.encode_default(static_cast<int16_t>(vector.version))), Hex(bytes))
        << vector.Where();
  });
}

TEST(WireVectorsTest, EveryVersionOfEveryMessageHasAVector) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  std::set<std::tuple<int, bool, int>> seen;
  ForEachMessage([&](const Codec& codec, const Vector& vector, const std::vector<uint8_t>&) {
    seen.insert({static_cast<int>(codec.api.key), codec.is_request, vector.version});
  });
  for (const Codec& codec : Codecs()) {
    for (int version = codec.api.min_version; version <= codec.api.max_version; ++version) {
      EXPECT_TRUE(seen.contains({static_cast<int>(codec.api.key), codec.is_request, version}))
          << codec.api.name << (codec.is_request ? " request v" : " response v") << version;
    }
  }
}

TEST(WireVectorsTest, UnknownTaggedFieldsAreSkipped) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  const std::vector<Vector>& vectors = Vectors();
  int compared = 0;
  for (size_t i = 0; i + 1 < vectors.size(); ++i) {
    const bool is_request = vectors[i].kind == "request-unknown-tags";
    if (!is_request && vectors[i].kind != "response-unknown-tags") continue;
    const Codec* codec = FindCodec(vectors[i].api_key, vectors[i].version, is_request);
    if (codec == nullptr) continue;
    const Vector& dropped = vectors[i + 1];
    ASSERT_EQ(dropped.kind, vectors[i].kind + "-dropped") << dropped.Where();
    std::vector<uint8_t> bytes = vectors[i].Bytes();
    const auto again = codec->recode(bytes, static_cast<int16_t>(vectors[i].version));
    ASSERT_TRUE(again.has_value()) << vectors[i].Where() << ": " << again.error().message;
    ASSERT_EQ(Hex(*again), Hex(dropped.Bytes())) << vectors[i].Where();
    ++compared;
  }
  EXPECT_GT(compared, 0);
}

TEST(WireVectorsTest, HeadersAreReadAndWrittenAgainByteForByte) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  std::set<std::pair<std::string, int>> seen;
  for (const Vector& vector : Vectors()) {
    const bool is_request = vector.kind == "header-request";
    if (!is_request && vector.kind != "header-response") continue;
    const auto version = static_cast<int16_t>(vector.version);
    const std::vector<uint8_t> bytes = vector.Bytes();
    protocol::Writer writer(0, false);
    if (is_request) {
      const auto header = protocol::ReadRequestHeader(Bytes(bytes), version);
      ASSERT_TRUE(header.has_value()) << vector.Where() << ": " << header.error().message;
      EXPECT_EQ(header->size, bytes.size()) << vector.Where();
      protocol::WriteRequestHeader(writer, *header, version);
    } else {
      const auto header = protocol::ReadResponseHeader(Bytes(bytes), version);
      ASSERT_TRUE(header.has_value()) << vector.Where() << ": " << header.error().message;
      EXPECT_EQ(header->size, bytes.size()) << vector.Where();
      protocol::WriteResponseHeader(writer, header->correlation_id, version);
    }
    seen.insert({vector.kind, vector.version});
    EXPECT_EQ(Hex(writer.TakeBytes()), Hex(bytes)) << vector.Where();
  }
  for (int version : {1, 2}) EXPECT_TRUE(seen.contains({"header-request", version})) << version;
  for (int version : {0, 1}) EXPECT_TRUE(seen.contains({"header-response", version})) << version;
}

TEST(WireVectorsTest, AMessageCutShortAnywhereIsAnError) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  ForEachMessage([](const Codec& codec, const Vector& vector, const std::vector<uint8_t>& bytes) {
    const auto version = static_cast<int16_t>(vector.version);
    for (size_t size = 0; size < bytes.size(); ++size) {
      // A copy of exactly that size, so that a sanitizer sees each byte read beyond it.
      std::vector<uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
      ASSERT_FALSE(codec.recode(cut, version).has_value())
          << vector.Where() << " cut to " << size << " of " << bytes.size() << " bytes";
    }
  });
}

// As Kafka does; librdkafka sends such bytes.
TEST(WireVectorsTest, BytesAfterTheMessageAreIgnored) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  ForEachMessage([](const Codec& codec, const Vector& vector, std::vector<uint8_t> bytes) {
    const std::vector<uint8_t> message = bytes;
    bytes.push_back(0);
    const auto again = codec.recode(bytes, static_cast<int16_t>(vector.version));
    ASSERT_TRUE(again.has_value()) << vector.Where();
    EXPECT_EQ(*again, message) << vector.Where();
  });
}

// What decoding and encoding may ask for at once: a few times what the bytes justify (a struct for
// an array element of one byte, a vector that doubles).
size_t JustifiedAllocation(size_t message_size) { return 4096 + 512 * message_size; }

void ExpectNoHarm(const Codec& codec, const Vector& vector, std::vector<uint8_t>& damaged) {
  ResetLargestAllocation();
  const auto again = codec.recode(damaged, static_cast<int16_t>(vector.version));
  ASSERT_LE(LargestAllocation(), JustifiedAllocation(damaged.size())) << vector.Where();
  if (again) {
    ASSERT_LE(again->size(), damaged.size() + 8) << vector.Where();
  } else {
    ASSERT_EQ(again.error().code, ErrorCode::kInvalidRequest) << vector.Where();
  }
}

// Overwrites each byte with values that are bad as lengths, counts and varints: negative, huge,
// without an end. What still decodes must encode.
TEST(WireVectorsTest, DamagedLengthsDoNoHarm) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  const std::vector<std::vector<uint8_t>> damages = {
      {0xff},
      {0x7f},
      {0x00},
      {0x7f, 0xff},
      {0x7f, 0xff, 0xff, 0xff},
      {0x80, 0x00, 0x00, 0x00},
      {0xff, 0xff, 0xff, 0xff},
      {0xff, 0xff, 0xff, 0xff, 0x0f},
      {0xff, 0xff, 0xff, 0xff, 0xff},
  };
  ForEachMessage([&](const Codec& codec, const Vector& vector, const std::vector<uint8_t>& bytes) {
    for (size_t at = 0; at < bytes.size(); ++at) {
      for (const std::vector<uint8_t>& damage : damages) {
        std::vector<uint8_t> damaged = bytes;
        for (size_t i = 0; i < damage.size() && at + i < damaged.size(); ++i) {
          damaged[at + i] = damage[i];
        }
        ExpectNoHarm(codec, vector, damaged);
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  });
}

}  // namespace
}  // namespace monkafka::wire
