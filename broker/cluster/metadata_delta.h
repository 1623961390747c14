// The records of the metadata log applied in order to an image: one image copy per batch of
// records, not one per record. And the way back: the records that make an image, for a snapshot.
//
// Threads: one at a time. The base image stays as it is.
#pragma once

#include <memory>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cluster/metadata_image.h"
#include "cluster/metadata_records.h"
#include "common/result.h"

namespace monkafka::cluster {

struct ImageChanges {
  std::set<std::string> topics;                            // created, changed or removed; by name
  std::set<std::pair<ResourceType, std::string>> configs;  // of these something was set or removed
};

class MetadataDelta {
 public:
  explicit MetadataDelta(const MetadataImage& base) : image_(base) {}

  // CORRUPT_MESSAGE when the record contradicts what came before it (a partition of no topic).
  // Records between begin and end of a metadata transaction (KIP-868) take effect at its end.
  Status Apply(const MetadataRecord& record);
  // A transaction was begun and neither ended nor aborted.
  bool in_transaction() const { return in_transaction_; }

  // What changed so far.
  const ImageChanges& changes() const { return changes_; }

  // The image after the last record, at this offset. Ends the delta's use.
  std::shared_ptr<MetadataImage> Finish(Offset last_offset) &&;

 private:
  Status ApplyNow(const MetadataRecord& record);
  Status Do(const RegisterBrokerRecord& record);
  Status Do(const UnregisterBrokerRecord& record);
  Status Do(const TopicRecord& record);
  Status Do(const PartitionRecord& record);
  Status Do(const ConfigRecord& record);
  Status Do(const PartitionChangeRecord& record);
  Status Do(const FenceBrokerRecord& record);
  Status Do(const UnfenceBrokerRecord& record);
  Status Do(const RemoveTopicRecord& record);
  Status Do(const FeatureLevelRecord& record);
  Status Do(const ProducerIdsRecord& record);
  Status Do(const BrokerRegistrationChangeRecord& record);
  Status Do(const NoOpRecord&) { return {}; }
  Status Do(const BeginTransactionRecord& record);
  Status Do(const EndTransactionRecord& record);
  Status Do(const AbortTransactionRecord& record);

  // The topic, this delta's own copy; nullptr when there is none.
  TopicImage* Edit(const Uuid& topic_id);
  Result<BrokerImage*> EditBroker(int32_t id);

  MetadataImage image_;
  std::unordered_map<Uuid, std::shared_ptr<TopicImage>> edited_;
  ImageChanges changes_;
  bool in_transaction_ = false;
  std::vector<MetadataRecord> pending_;  // of the open transaction
};

// The records that build `image` from nothing, in Kafka's order: features, brokers, topics with
// their partitions, configs, producer ids.
std::vector<MetadataRecord> RecordsOf(const MetadataImage& image);

}  // namespace monkafka::cluster
