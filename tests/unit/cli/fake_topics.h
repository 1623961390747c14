// Topics in a test, and a fixture of the commands about them.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "monkafka/admin/v1/offsets.grpc.pb.h"
#include "monkafka/admin/v1/topics.grpc.pb.h"
#include "unit/cli/fake_configs.h"

namespace monkafka::cli {

namespace v1 = ::monkafka::admin::v1;

// Remembers what it was asked, answers what it was told.
class FakeTopics : public v1::TopicsService::Service {
 public:
  grpc::Status ListTopics(grpc::ServerContext*, const v1::ListTopicsRequest* request,
                          v1::ListTopicsResponse* response) override {
    lists.push_back(*request);
    size_t page = request->page_token().empty() ? 0 : std::stoul(request->page_token());
    for (const std::string& name : pages.at(page)) {
      v1::Topic* topic = response->add_topics();
      topic->set_name(name);
      topic->set_partition_count(3);
      topic->set_size_bytes(2048);
    }
    if (page + 1 < pages.size()) response->set_next_page_token(std::to_string(page + 1));
    return grpc::Status::OK;
  }

  grpc::Status CreateTopic(grpc::ServerContext*, const v1::CreateTopicRequest* request,
                           v1::CreateTopicResponse* response) override {
    creates.push_back(*request);
    if (request->topic().name() == existing) {
      return Refusal(grpc::StatusCode::ALREADY_EXISTS, "Topic 'orders' already exists.",
                     "TOPIC_ALREADY_EXISTS");
    }
    *response->mutable_topic() = request->topic();
    return grpc::Status::OK;
  }

  grpc::Status DeleteTopic(grpc::ServerContext*, const v1::DeleteTopicRequest* request,
                           v1::DeleteTopicResponse* response) override {
    deletes.push_back(*request);
    *response->mutable_topic() = Filled(request->name());
    return grpc::Status::OK;
  }

  static v1::Topic Filled(const std::string& name) {
    v1::Topic topic;
    topic.set_name(name);
    topic.set_partition_count(2);
    topic.set_record_count(12'345);
    topic.set_size_bytes(3 << 20);
    return topic;
  }

  // All or none, as the real one. Partition p of 0 to 2 begins at 10 and ends at `ends[p]`.
  grpc::Status TrimRecords(grpc::ServerContext*, const v1::TrimRecordsRequest* request,
                           v1::TrimRecordsResponse* response) override {
    trims.push_back(*request);
    for (const v1::TrimTarget& target : request->targets()) {
      const int64_t end = ends.at(static_cast<size_t>(target.partition()));
      if (target.before_offset() > end) return OutOfRange(target.partition());
      v1::TrimResult& result = *response->add_results();
      result.set_partition(target.partition());
      result.set_old_log_start_offset(10);
      result.set_new_log_start_offset(target.before_offset() < 0 ? end : target.before_offset());
      result.set_removed_count(result.new_log_start_offset() - 10);
    }
    return grpc::Status::OK;
  }

  static grpc::Status OutOfRange(int32_t partition) {
    google::rpc::ResourceInfo resource;
    resource.set_resource_type("partition");
    resource.set_resource_name("orders-" + std::to_string(partition));
    google::protobuf::Any any;
    any.PackFrom(resource);
    return Refusal(grpc::StatusCode::OUT_OF_RANGE, "above the end of " + resource.resource_name(),
                   "OFFSET_OUT_OF_RANGE", {any});
  }

  // All or none, as the real one.
  grpc::Status BatchDeleteTopics(grpc::ServerContext*, const v1::BatchDeleteTopicsRequest* request,
                                 v1::BatchDeleteTopicsResponse* response) override {
    batches.push_back(*request);
    for (const std::string& name : request->names()) {
      const bool there = !missing.contains(name);
      if (!there && !request->allow_missing()) return MissingTopic(name);
      if (there) *response->add_topics() = Filled(name);
    }
    if (request->validate_only()) return grpc::Status::OK;
    for (const v1::Topic& topic : response->topics()) deleted.insert(topic.name());
    return grpc::Status::OK;
  }

  grpc::Status UpdateTopic(grpc::ServerContext*, const v1::UpdateTopicRequest* request,
                           v1::UpdateTopicResponse*) override {
    updates.push_back(*request);
    if (update_misses) return MissingTopic(request->topic().name());
    return grpc::Status::OK;
  }

  grpc::Status GetTopic(grpc::ServerContext*, const v1::GetTopicRequest* request,
                        v1::GetTopicResponse*) override {
    return MissingTopic(request->name());
  }

  std::vector<std::vector<std::string>> pages = {{"orders"}};
  std::string existing;
  bool update_misses = false;
  std::vector<v1::ListTopicsRequest> lists;
  std::vector<v1::CreateTopicRequest> creates;
  std::vector<v1::DeleteTopicRequest> deletes;
  std::vector<v1::BatchDeleteTopicsRequest> batches;
  std::set<std::string> missing, deleted;
  std::vector<v1::UpdateTopicRequest> updates;
  std::vector<v1::TrimRecordsRequest> trims;
  std::vector<int64_t> ends = {1010, 10, 60};
};

// Of the partitions of FakeTopics; 100 bytes a record.
class TopicOffsets : public v1::OffsetsService::Service {
 public:
  explicit TopicOffsets(FakeTopics& topics) : topics_(topics) {}

  grpc::Status ListOffsets(grpc::ServerContext*, const v1::ListOffsetsRequest* request,
                           v1::ListOffsetsResponse* response) override {
    if (request->topic() != "orders") return MissingTopic(request->topic());
    for (size_t p = 0; p < topics_.ends.size(); ++p) {
      v1::PartitionOffsets& offsets = *response->add_offsets();
      offsets.set_topic(request->topic());
      offsets.set_partition(static_cast<int32_t>(p));
      offsets.set_log_start_offset(10);
      offsets.set_log_end_offset(topics_.ends[p]);
      if (offline.contains(offsets.partition())) offsets.set_offline_reason("it is damaged");
      offsets.set_size_bytes(100 * (topics_.ends[p] - 10));
    }
    return grpc::Status::OK;
  }

  // Every record is older, but for one that comes meanwhile to partition 0.
  grpc::Status FindOffsets(grpc::ServerContext*, const v1::FindOffsetsRequest* request,
                           v1::FindOffsetsResponse* response) override {
    searched.assign(request->partitions().begin(), request->partitions().end());
    for (const int32_t partition : searched) {
      v1::FoundOffset& found = *response->add_offsets();
      found.set_topic(request->topic());
      found.set_partition(partition);
      found.set_offset(-1);
    }
    ++topics_.ends[0];
    return grpc::Status::OK;
  }

  std::set<int32_t> offline;
  std::vector<int32_t> searched;  // by the last FindOffsets

 private:
  FakeTopics& topics_;
};

class TopicCommandTest : public testing::Test {
 protected:
  FakeTopics topics;
  TopicOffsets offsets{topics};
  FakeConfigs configs;
  CommandLine cli{{&topics, &offsets, &configs}};
};

}  // namespace monkafka::cli
