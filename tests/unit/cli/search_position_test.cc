#include "cli/search_position.h"

#include <gtest/gtest.h>

#include "cli/failure.h"

namespace monkafka::cli {
namespace {

namespace v1 = ::monkafka::admin::v1;

v1::SearchRecordsResponse ProgressOf(const std::string& token) {
  v1::SearchRecordsResponse response;
  response.mutable_progress()->set_resume_token(token);
  return response;
}

v1::SearchRecordsResponse RecordsOf(int32_t partition, std::initializer_list<int64_t> offsets) {
  v1::SearchRecordsResponse response;
  for (int64_t offset : offsets) {
    v1::PartitionRecord& added = *response.add_records();
    added.set_partition(partition);
    added.mutable_record()->set_offset(offset);
  }
  return response;
}

TEST(SearchPositionTest, IsBehindTheLastRecordThatCameAfterTheProgress) {
  SearchPosition position = SearchPosition::Parse("");
  EXPECT_EQ(position.ToText(), "");
  position.See(ProgressOf("t1"));
  EXPECT_EQ(position.ToText(), "t1");
  position.See(RecordsOf(0, {7}));
  position.See(RecordsOf(2, {3, 5}));
  EXPECT_EQ(position.ToText(), "t1@2:6");
  position.See(ProgressOf("t2"));
  EXPECT_EQ(position.ToText(), "t2");
}

TEST(SearchPositionTest, IsReadAsItIsSaid) {
  v1::SearchRecordsRequest request;
  SearchPosition::Parse("t-1_@2:6").SetOn(request);
  EXPECT_EQ(request.resume_token(), "t-1_");
  EXPECT_EQ(request.resume_at().partition(), 2);
  EXPECT_EQ(request.resume_at().offset(), 6);
  for (const char* wrong : {"t@", "t@1", "t@1:", "t@:1", "t@1:x", "t@-1:2", "@1:2"}) {
    EXPECT_THROW(SearchPosition::Parse(wrong), Failure) << wrong;
  }
}

}  // namespace
}  // namespace monkafka::cli
