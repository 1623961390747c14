// Batches made by Kafka's own builders (tests/wire/README.md), read by us, and ours compared with
// them. The files are named by MONKAFKA_WIRE_VECTORS, with ':' between; without it the tests are
// skipped.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "records/batch.h"
#include "records/control_records.h"
#include "records/record.h"
#include "records/validate.h"
#include "test_batches.h"

namespace monkafka::records {
namespace {

struct Vector {
  std::string kind;
  std::string name;
  std::vector<uint8_t> bytes;
  std::string headers;  // JSON; empty for message sets
  std::string records;  // JSON
};

// Lines are: kind api_key name version payload.
void Load(const std::string& path, std::vector<Vector>& vectors) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::string kind;
  std::string api_key;
  std::string name;
  std::string version;
  std::string payload;
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with("batch") && !line.starts_with("message-set")) continue;
    std::istringstream fields(line);
    fields >> kind >> api_key >> name >> version >> payload;
    if (kind == "batch" || kind == "message-set") {
      vectors.push_back({kind, name, FromHex(payload), {}, {}});
    } else if (kind == "batch-headers") {
      vectors.back().headers = payload;
    } else {
      vectors.back().records = payload;
    }
  }
}

class JavaVectorsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* paths = std::getenv("MONKAFKA_WIRE_VECTORS");
    if (paths == nullptr) {
      GTEST_SKIP() << "MONKAFKA_WIRE_VECTORS is not set: make it with tests/wire/make-vectors";
    }
    std::istringstream files(paths);
    for (std::string path; std::getline(files, path, ':'); ++file_count_) Load(path, vectors_);
    ASSERT_GT(vectors_.size(), 50U);
  }

  std::vector<Vector> vectors_;
  int file_count_ = 0;
};

std::string Nullable(const std::optional<Bytes>& bytes) {
  return bytes ? '"' + ToHex(*bytes) + '"' : "null";
}

std::string HeaderJson(const BatchView& batch) {
  const bool create_time = batch.timestamp_type() == TimestampType::kCreateTime;
  return fmt::format(
      R"({{"base_offset":{},"last_offset":{},"size":{},"partition_leader_epoch":{},"crc":{},)"
      R"("codec":"{}","timestamp_type":"{}","base_timestamp":{},"max_timestamp":{},)"
      R"("producer_id":{},"producer_epoch":{},"base_sequence":{},"last_sequence":{},"count":{},)"
      R"("transactional":{},"control":{}}})",
      batch.base_offset(), batch.last_offset(), batch.size_in_bytes(),
      batch.partition_leader_epoch(), batch.crc(), CodecName(batch.codec()),
      create_time ? "CreateTime" : "LogAppendTime", batch.base_timestamp(), batch.max_timestamp(),
      batch.producer_id(), batch.producer_epoch(), batch.base_sequence(), batch.last_sequence(),
      batch.record_count(), batch.is_transactional(), batch.is_control());
}

std::string RecordJson(const Record& record) {
  std::string headers;
  for (const RecordHeader& header : record.headers) {
    if (!headers.empty()) headers += ',';
    headers += fmt::format(R"(["{}",{}])", ToHex(AsBytes(header.key)), Nullable(header.value));
  }
  return fmt::format(R"({{"offset":{},"timestamp":{},"key":{},"value":{},"headers":[{}]}})",
                     record.offset, record.timestamp, Nullable(record.key), Nullable(record.value),
                     headers);
}

std::vector<BatchView> Batches(const Vector& vector) {
  std::vector<BatchView> batches;
  BatchIterator iterator(vector.bytes);
  while (true) {
    Result<std::optional<BatchView>> batch = iterator.Next();
    EXPECT_TRUE(batch) << vector.name;
    if (!batch || !*batch) return batches;
    batches.push_back(**batch);
  }
}

BatchOptions OptionsOf(const BatchView& batch) {
  const bool append_time = batch.timestamp_type() == TimestampType::kLogAppendTime;
  return {.base_offset = batch.base_offset(),
          .partition_leader_epoch = batch.partition_leader_epoch(),
          .codec = batch.codec(),
          .timestamp_type = batch.timestamp_type(),
          .max_timestamp = append_time ? std::optional(batch.max_timestamp()) : std::nullopt,
          .producer_id = batch.producer_id(),
          .producer_epoch = batch.producer_epoch(),
          .base_sequence = batch.base_sequence(),
          .transactional = batch.is_transactional(),
          .control = batch.is_control()};
}

TEST_F(JavaVectorsTest, WeReadWhatJavaWrote) {
  for (const Vector& vector : vectors_) {
    if (vector.kind != "batch") continue;
    std::string headers;
    std::string records;
    for (const BatchView& batch : Batches(vector)) {
      EXPECT_TRUE(batch.CrcMatches()) << vector.name;
      if (!headers.empty()) headers += ',';
      headers += HeaderJson(batch);
      const Status status = ForEachRecord(batch, {}, [&](const Record& record) {
        if (!records.empty()) records += ',';
        records += RecordJson(record);
      });
      EXPECT_TRUE(status) << vector.name << ": " << status.error().message;
    }
    EXPECT_EQ("[" + headers + "]", vector.headers) << vector.name;
    EXPECT_EQ("[" + records + "]", vector.records) << vector.name;
  }
}

TEST_F(JavaVectorsTest, WeBuildUncompressedBatchesToTheSameBytes) {
  int compared = 0;
  for (const Vector& vector : vectors_) {
    if (vector.kind != "batch" || !vector.name.starts_with("none-")) continue;
    for (const BatchView& batch : Batches(vector)) {
      // A LogAppendTime record's own timestamp is only in the bytes, and an empty batch has none.
      if (batch.timestamp_type() == TimestampType::kLogAppendTime || batch.record_count() == 0) {
        continue;
      }
      BatchBuilder builder(OptionsOf(batch));
      EXPECT_TRUE(ForEachRecord(batch, {}, [&](const Record& record) {
        std::vector<RecordHeader> headers;
        for (const RecordHeader& header : record.headers) headers.push_back(header);
        builder.AppendAt(record.offset_delta, record.timestamp, record.key, record.value, headers);
      }));
      EXPECT_EQ(ToHex(std::move(builder).Build().value()), ToHex(batch.bytes())) << vector.name;
      ++compared;
    }
  }
  EXPECT_GT(compared, 5);
}

TEST_F(JavaVectorsTest, WeWriteTransactionMarkersAndEmptyBatchesToTheSameBytes) {
  int compared = 0;
  for (const Vector& vector : vectors_) {
    std::vector<uint8_t> ours;
    if (vector.name.starts_with("none-Control")) {
      ours =
          BuildEndTxnBatch({.base_offset = 77,
                            .partition_leader_epoch = 5,
                            .timestamp = 1'700'000'000'000,
                            .producer_id = 4242,
                            .producer_epoch = 3},
                           {.committed = vector.name.ends_with("COMMIT"), .coordinator_epoch = 9});
    } else if (vector.name == "none-Compacted") {
      BatchOptions options = OptionsOf(BatchView(vector.bytes));
      options.max_timestamp = BatchView(vector.bytes).max_timestamp();
      BatchBuilder builder(options);
      builder.SetLastOffsetDelta(9);
      ours = std::move(builder).Build().value();
    } else {
      continue;
    }
    EXPECT_EQ(ToHex(ours), ToHex(vector.bytes)) << vector.name;
    ++compared;
  }
  EXPECT_EQ(compared, 3 * file_count_);
}

TEST_F(JavaVectorsTest, ValidationLeavesWhatAProducerSentAsItIs) {
  int validated = 0;
  for (Vector& vector : vectors_) {
    if (!vector.name.ends_with("Idempotent") && !vector.name.ends_with("Transactional")) continue;
    const std::vector<uint8_t> before = vector.bytes;
    const ValidationResult result = ValidateBatch(vector.bytes, {.now = 1'700'000'000'000});
    ASSERT_TRUE(result) << vector.name << ": " << result.error().error.message;
    EXPECT_FALSE(result->was_rewritten()) << vector.name;
    EXPECT_EQ(vector.bytes, before) << vector.name;
    ++validated;
  }
  EXPECT_EQ(validated, 10 * file_count_);
}

TEST_F(JavaVectorsTest, MessageSetsOfOldFormatsAreCalledUnsupported) {
  int seen = 0;
  for (const Vector& vector : vectors_) {
    if (vector.kind != "message-set") continue;
    EXPECT_EQ(CodeOf(ParseBatch(vector.bytes)), ErrorCode::kUnsupportedForMessageFormat);
    ++seen;
  }
  EXPECT_EQ(seen, 8 * file_count_);
}

}  // namespace
}  // namespace monkafka::records
