#include "services/record_time.h"

#include <gtest/gtest.h>

#include "unit/services/batches.h"

namespace monkafka::services {
namespace {

class RecordTimeTest : public testing::Test {
 protected:
  std::optional<TimestampMs> At(Offset offset) {
    Result<std::optional<TimestampMs>> time = TimestampAt(log, offset);
    EXPECT_TRUE(time) << time.error().message;
    return time.value_or(std::nullopt);
  }

  fakes::StubLog log;
};

TEST_F(RecordTimeTest, IsThatOfTheRecordItself) {
  PutBatch(log, {100, 300, 200});
  PutBatch(log, {400, 500}, {.codec = records::Codec::kZstd});
  EXPECT_EQ(At(0), 100);
  EXPECT_EQ(At(2), 200);
  EXPECT_EQ(At(4), 500);
}

TEST_F(RecordTimeTest, ThereIsNoneAtTheEnd) {
  EXPECT_EQ(At(0), std::nullopt);
  PutBatch(log, {100});
  EXPECT_EQ(At(1), std::nullopt);
}

TEST_F(RecordTimeTest, BelowTheLogStartItIsTheFirstRecordsThatIsLeft) {
  PutBatch(log, {100, 200, 300});
  log.offsets.log_start = 1;
  EXPECT_EQ(At(0), 200);
}

TEST_F(RecordTimeTest, ControlBatchesAreNoRecords) {
  PutBatch(log, {100},
           {.producer_id = 5, .producer_epoch = 0, .transactional = true, .control = true});
  EXPECT_EQ(At(0), std::nullopt);
  PutBatch(log, {200});
  EXPECT_EQ(At(0), 200);
}

TEST_F(RecordTimeTest, WithLogAppendTimeAllRecordsOfABatchHaveTheBatchs) {
  PutBatch(log, {100, 200},
           {.timestamp_type = records::TimestampType::kLogAppendTime, .max_timestamp = 900});
  EXPECT_EQ(At(0), 900);
  EXPECT_EQ(At(1), 900);
}

TEST_F(RecordTimeTest, ALogThatCannotBeReadSaysWhy) {
  PutBatch(log, {100});
  log.availability = Fail(ErrorCode::kKafkaStorageError, "offline");
  EXPECT_EQ(CodeOf(TimestampAt(log, 0)), ErrorCode::kKafkaStorageError);
}

}  // namespace
}  // namespace monkafka::services
