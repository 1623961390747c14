#include "storage/aborted_txn_index.h"

#include <gtest/gtest.h>

#include "fakes/fake_file_system.h"
#include "fakes/manual_executor.h"

namespace monkafka::storage {
namespace {

constexpr const char* kPath = "/log/00000000000000000000.txnindex";

class AbortedTxnIndexTest : public ::testing::Test {
 protected:
  AbortedTxnIndexTest() { EXPECT_TRUE(files_.CreateDirectories("/log")); }

  fakes::FakeClock clock_;
  fakes::FakeFileSystem files_{clock_};
  OpenFiles open_files_{files_, 10};
  std::shared_ptr<const std::string> directory_ = std::make_shared<const std::string>("/log");
  AbortedTxnIndex index_{open_files_, directory_, 0, false};
};

TEST_F(AbortedTxnIndexTest, LayoutIsKafkas) {
  ASSERT_TRUE(index_.Append({.producer_id = 7,
                             .first_offset = 1,
                             .last_offset = 2,
                             .last_stable_offset = 3,
                             .aborted = true}));
  std::vector<uint8_t> expected(34);
  expected[9] = 7;
  expected[17] = 1;
  expected[25] = 2;
  expected[33] = 3;
  EXPECT_EQ(files_.Content(kPath), expected);
}

TEST_F(AbortedTxnIndexTest, TheFileExistsOnlyWhenThereIsSomething) {
  EXPECT_FALSE(index_.exists());
  EXPECT_TRUE(index_.ReadAll().value().empty());
  EXPECT_TRUE(files_.Files("/log").empty());
  ASSERT_TRUE(index_.Append({7, 1, 2, 3, true}));
  EXPECT_TRUE(index_.exists());
  ASSERT_TRUE(index_.Reset());
  EXPECT_TRUE(files_.Files("/log").empty());
}

TEST_F(AbortedTxnIndexTest, WhatCannotBeWrittenIsKeptAndWrittenLater) {
  files_.SetFull(true);
  EXPECT_FALSE(index_.Append({7, 1, 2, 3, true}));
  files_.SetFull(false);
  ASSERT_EQ(index_.ReadAll().value().size(), 1u);
  ASSERT_TRUE(index_.Append({8, 4, 5, 6, true}));
  EXPECT_EQ(files_.Content(kPath).size(), 68u);
  EXPECT_EQ(index_.ReadAll().value()[1].producer_id, 8);
}

TEST_F(AbortedTxnIndexTest, AppendsBehindWhatWasThere) {
  ASSERT_TRUE(index_.Append({7, 1, 2, 3, true}));
  AbortedTxnIndex again(open_files_, directory_, 0, true);
  ASSERT_TRUE(again.Append({8, 4, 5, 6, true}));
  const auto txns = again.ReadAll().value();
  ASSERT_EQ(txns.size(), 2u);
  EXPECT_EQ(txns[0].producer_id, 7);
  EXPECT_EQ(txns[1].last_stable_offset, 6);
}

TEST_F(AbortedTxnIndexTest, DamageIsAnError) {
  const std::vector<CompletedTxn> good{{7, 1, 2, 3, true}};
  std::vector<uint8_t> content = EncodeAbortedTxns(good);
  content[1] = 9;  // version
  EXPECT_FALSE(DecodeAbortedTxns(content));
  content = EncodeAbortedTxns(good);
  content[10] = 0xff;  // first offset
  EXPECT_FALSE(DecodeAbortedTxns(content));
}

}  // namespace
}  // namespace monkafka::storage
