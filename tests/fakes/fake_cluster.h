// A cluster in memory: one broker (id 1), logs are StubLogs, changes take effect at once. For tests
// of what stands on cluster::Cluster; it needs monkafka_cluster linked.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cluster/cluster.h"
#include "cluster/metadata_delta.h"
#include "fakes/stub_log.h"

namespace monkafka::fakes {

class FakeCluster final : public cluster::Cluster {
 public:
  static constexpr int32_t kNodeId = 1;

  FakeCluster() {
    cluster::MetadataImage image;
    image.cluster_id = "fake";
    cluster::BrokerImage broker;
    broker.id = kNodeId;
    broker.epoch = 0;
    broker.endpoints = {{"PLAINTEXT", "localhost", 9092, 0}};
    broker.log_dirs = {Uuid{{0xd1}}};
    image.brokers.emplace(kNodeId, std::move(broker));
    image_ = std::make_shared<const cluster::MetadataImage>(std::move(image));
  }

  cluster::ChangeProgress progress;

  // Later changes fail with this.
  void FailChanges(ErrorCode code) { failure_ = code; }
  // Later changes wait for RunChanges.
  void HoldChanges() { hold_ = true; }
  void RunChanges() {
    hold_ = false;
    for (auto& [decide, done] : std::exchange(held_, {})) Run(decide, std::move(done));
  }
  // The log of a partition, if there is one.
  std::shared_ptr<StubLog> Log(const std::string& topic, int32_t partition) const {
    const auto found = logs_.find({topic, partition});
    return found == logs_.end() ? nullptr : found->second;
  }
  const std::vector<std::vector<cluster::MetadataRecord>>& batches() const { return batches_; }
  // Applies records as if another change had.
  void Apply(const std::vector<cluster::MetadataRecord>& records) {
    Change([records](const auto&) { return records; }, [](auto) {});
  }

  std::shared_ptr<const cluster::MetadataImage> Image() const override { return image_; }
  std::shared_ptr<cluster::Partition> FindPartition(std::string_view topic,
                                                    int32_t partition) const override {
    const auto found = partitions_.find({std::string(topic), partition});
    return found == partitions_.end() ? nullptr : found->second;
  }
  std::shared_ptr<cluster::Partition> FindPartition(const Uuid& topic_id,
                                                    int32_t partition) const override {
    const cluster::TopicImage* topic = image_->FindTopic(topic_id);
    return topic == nullptr ? nullptr : FindPartition(topic->name, partition);
  }
  std::vector<std::shared_ptr<cluster::Partition>> Partitions() const override {
    std::vector<std::shared_ptr<cluster::Partition>> all;
    for (const auto& [tp, partition] : partitions_) all.push_back(partition);
    return all;
  }
  void Change(Decide decide,
              Callback<Result<std::shared_ptr<const cluster::MetadataImage>>> done) override {
    if (hold_) {
      held_.emplace_back(std::move(decide), std::move(done));
    } else {
      Run(decide, std::move(done));
    }
  }
  cluster::ChangeProgress Progress() const override { return progress; }
  void AddListener(Listener listener) override { listeners_.push_back(std::move(listener)); }
  void NextProducerId(Callback<Result<ProducerId>> done) override { done(next_producer_id_++); }
  int32_t node_id() const override { return kNodeId; }
  void Close() override {}

 private:
  using Done = Callback<Result<std::shared_ptr<const cluster::MetadataImage>>>;

  void Run(const Decide& decide, Done done) {
    Result<std::vector<cluster::MetadataRecord>> records = decide(*image_);
    if (records && failure_ != ErrorCode::kNone) records = Fail(failure_, "a failure on request");
    if (!records) {
      done(Forward(std::move(records)));
      return;
    }
    cluster::MetadataDelta delta(*image_);
    for (const cluster::MetadataRecord& record : *records) {
      if (Status status = delta.Apply(record); !status) {
        done(Forward(std::move(status)));
        return;
      }
    }
    const auto before = image_;
    image_ = std::move(delta).Finish(image_->last_offset + static_cast<Offset>(records->size()));
    if (!records->empty()) batches_.push_back(std::move(*records));
    UpdatePartitions();
    for (const Listener& listener : listeners_) listener(*before, *image_);
    done(image_);
  }

  void UpdatePartitions() {
    std::erase_if(partitions_, [&](const auto& entry) {
      const cluster::TopicImage* topic = image_->FindTopic(entry.first.topic);
      const bool gone = topic == nullptr || topic->id != entry.second->topic_id();
      if (gone) entry.second->MarkDeleted();
      return gone;
    });
    for (const auto& [name, topic] : image_->topics) {
      for (size_t i = 0; i < topic->partitions.size(); ++i) {
        const TopicPartition tp{name, static_cast<int32_t>(i)};
        if (partitions_.contains(tp) || topic->partitions[i].leader != kNodeId) continue;
        logs_[tp] = std::make_shared<StubLog>();
        partitions_[tp] = std::make_shared<cluster::Partition>(
            tp, topic->id, topic->partitions[i].leader_epoch, logs_[tp]);
      }
    }
  }

  std::shared_ptr<const cluster::MetadataImage> image_;
  std::map<TopicPartition, std::shared_ptr<StubLog>> logs_;
  std::map<TopicPartition, std::shared_ptr<cluster::Partition>> partitions_;
  std::vector<std::vector<cluster::MetadataRecord>> batches_;
  std::vector<Listener> listeners_;
  std::vector<std::pair<Decide, Done>> held_;
  bool hold_ = false;
  ErrorCode failure_ = ErrorCode::kNone;
  ProducerId next_producer_id_ = 1000;
};

}  // namespace monkafka::fakes
