#include "cluster/partition_table.h"

#include <gtest/gtest.h>

#include <thread>

#include "fakes/stub_log.h"

namespace monkafka::cluster {
namespace {

std::shared_ptr<const TopicPartitions> Topic(const std::string& name, uint8_t id, int partitions) {
  auto topic = std::make_shared<TopicPartitions>();
  topic->name = name;
  topic->id = Uuid{{id}};
  for (int i = 0; i < partitions; ++i) {
    topic->partitions.push_back(std::make_shared<Partition>(TopicPartition{name, i}, topic->id, 0,
                                                            std::make_shared<fakes::StubLog>()));
  }
  return topic;
}

ClusterView View(int partitions) {
  auto table = std::make_shared<PartitionTable>();
  table->Add(Topic("t", 1, partitions));
  auto image = std::make_shared<MetadataImage>();
  image->last_offset = partitions;
  return {std::move(image), std::move(table)};
}

TEST(PartitionTableTest, FindsByNameAndById) {
  const PublishedView view(View(2));
  const std::shared_ptr<Partition> found = view.Find("t", 1);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->topic_partition(), (TopicPartition{"t", 1}));
  EXPECT_EQ(view.Find(Uuid{{1}}, 1), found);
}

TEST(PartitionTableTest, WhatIsNotThereIsNotFound) {
  const PublishedView view(View(2));
  EXPECT_EQ(view.Find("u", 0), nullptr);
  EXPECT_EQ(view.Find(Uuid{{2}}, 0), nullptr);
  EXPECT_EQ(view.Find("t", 2), nullptr);
  EXPECT_EQ(view.Find("t", -1), nullptr);
}

TEST(PartitionTableTest, ACopyChangesWithoutTheOriginal) {
  PartitionTable table;
  table.Add(Topic("t", 1, 1));
  table.Add(Topic("u", 2, 1));
  PartitionTable next = table;
  next.Remove("t");
  next.Remove("none");
  EXPECT_EQ(next.Find("t"), nullptr);
  EXPECT_EQ(next.Find(Uuid{{1}}), nullptr);
  EXPECT_EQ(next.Find("u"), table.Find("u"));
  EXPECT_NE(table.Find("t"), nullptr);
}

TEST(PartitionTableTest, EveryThreadSeesAViewOnceItIsPublished) {
  PublishedView view(View(1));
  for (int round = 2; round < 20; ++round) {
    view.Publish(View(round));
    std::thread([&] {
      EXPECT_NE(view.Find("t", round - 1), nullptr);
      EXPECT_EQ(view.Image()->last_offset, round);
    }).join();
  }
}

}  // namespace
}  // namespace monkafka::cluster
