#include "services/topic_service.h"

#include <fmt/core.h>

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "services/etag.h"
#include "services/internal_topics.h"
#include "services/topic_creation.h"
#include "services/topic_growth.h"
#include "services/topic_names.h"

namespace monkafka::services {
namespace {

using cluster::MetadataImage;
using cluster::MetadataRecord;

void SetError(auto& result, Error error) {
  result.error = error.code;
  result.message = std::move(error.message);
}

using Records = std::vector<MetadataRecord>;

// One thing that a request asks for: what to do with several mentions of it is the same everywhere.
template <class Item>
struct Asked {
  Item item;
  bool repeated = false;
};

// Each thing once, in the order of first mention.
template <class Item, class KeyOf>
std::vector<Asked<Item>> Distinct(std::vector<Item> items, KeyOf key_of) {
  std::map<std::string, size_t> index_of;
  std::vector<Asked<Item>> distinct;
  for (Item& item : items) {
    const auto [at, is_new] = index_of.emplace(key_of(item), distinct.size());
    if (is_new) {
      distinct.push_back({std::move(item)});
    } else {
      distinct[at->second].repeated = true;
    }
  }
  return distinct;
}

// Runs a change for which `decide` fills the results and gives the records. A change that could not
// be written fails what had succeeded.
template <class Item, class Decide>
void RunChange(cluster::Cluster& cluster, std::vector<Item> results, Decide decide,
               Callback<std::vector<Item>> done) {
  auto shared = std::make_shared<std::vector<Item>>(std::move(results));
  cluster.Change(
      [shared, decide = std::move(decide)](const MetadataImage& image) -> Result<Records> {
        return decide(image, *shared);
      },
      [shared, done = std::move(done)](auto image) mutable {
        for (Item& result : *shared) {
          if (!image && result.error == ErrorCode::kNone) SetError(result, image.error());
        }
        done(std::move(*shared));
      });
}

Result<const cluster::TopicImage*> FindToDelete(const MetadataImage& image,
                                                const Asked<TopicReference>& asked, bool enabled) {
  const TopicReference& reference = asked.item;
  if (!enabled) return Fail(ErrorCode::kTopicDeletionDisabled, "Topic deletion is disabled.");
  if (asked.repeated) {
    return Fail(ErrorCode::kInvalidRequest,
                reference.name ? "Duplicate topic name." : "Duplicate topic id.");
  }
  if (!reference.name) {
    if (reference.id.IsZero()) {
      return Fail(ErrorCode::kInvalidRequest, "Neither topic name nor id were specified.");
    }
    const cluster::TopicImage* topic = image.FindTopic(reference.id);
    if (topic == nullptr) {
      return Fail(ErrorCode::kUnknownTopicId, "This server does not host this topic ID.");
    }
    return topic;
  }
  if (!reference.id.IsZero()) {
    return Fail(ErrorCode::kInvalidRequest, "You may not specify both topic name and topic id.");
  }
  const cluster::TopicImage* topic = image.FindTopic(*reference.name);
  if (topic == nullptr) {
    return Fail(ErrorCode::kUnknownTopicOrPartition,
                "This server does not host this topic-partition.");
  }
  return topic;
}

}  // namespace

TopicService::TopicService(TopicServiceOptions options, cluster::Cluster& cluster,
                           const ConfigTables& tables)
    : options_(options), cluster_(cluster), configs_(tables, cluster.node_id()) {}

void TopicService::Create(std::vector<NewTopic> topics, bool validate_only,
                          Callback<std::vector<CreatedTopic>> done) {
  auto asked = Distinct(std::move(topics), [](const NewTopic& topic) { return topic.name; });
  std::vector<CreatedTopic> results(asked.size());
  for (size_t i = 0; i < asked.size(); ++i) results[i].name = asked[i].item.name;
  const auto decide = [this, asked = std::move(asked), validate_only](
                          const MetadataImage& image, std::vector<CreatedTopic>& created) {
    TopicCreation creation(options_, configs_, image);
    for (size_t i = 0; i < asked.size(); ++i) {
      if (asked[i].repeated) {
        SetError(created[i], {ErrorCode::kInvalidRequest, "Duplicate topic name."});
      } else {
        created[i] = creation.Add(asked[i].item);
        if (validate_only) created[i].id = Uuid{};
      }
    }
    return validate_only ? Records{} : creation.records();
  };
  RunChange(cluster_, std::move(results), decide, std::move(done));
}

void TopicService::Delete(std::vector<TopicReference> topics, bool validate_only,
                          Callback<std::vector<DeletedTopic>> done) {
  auto asked = Distinct(std::move(topics), [](const TopicReference& topic) {
    return topic.name.value_or("/") + "/" + topic.id.ToString();
  });
  std::vector<DeletedTopic> results(asked.size());
  for (size_t i = 0; i < asked.size(); ++i) {
    results[i].name = asked[i].item.name;
    results[i].id = asked[i].item.id;
  }
  const auto decide = [enabled = options_.delete_topic_enable, asked = std::move(asked),
                       validate_only](const MetadataImage& image,
                                      std::vector<DeletedTopic>& deleted) {
    Records records;
    std::set<Uuid> named;
    for (size_t i = 0; i < asked.size(); ++i) {
      Result<const cluster::TopicImage*> topic = FindToDelete(image, asked[i], enabled);
      if (topic) {
        if (Status same = CheckEtag(asked[i].item.etag, TopicEtag(image, **topic)); !same) {
          topic = Forward(std::move(same));
        }
      }
      if (topic && !named.insert((*topic)->id).second) {
        topic = Fail(ErrorCode::kInvalidRequest,
                     "The provided topic name maps to an ID that was already supplied.");
      }
      if (!topic) {
        SetError(deleted[i], std::move(topic.error()));
        continue;
      }
      deleted[i].name = (*topic)->name;
      deleted[i].id = (*topic)->id;
      records.emplace_back(cluster::RemoveTopicRecord{(*topic)->id});
    }
    return validate_only ? Records{} : records;
  };
  RunChange(cluster_, std::move(results), decide, std::move(done));
}

void TopicService::DeleteTogether(std::vector<TopicReference> topics, bool allow_missing,
                                  bool validate_only, Callback<Status> done) {
  const auto decide = [enabled = options_.delete_topic_enable, topics = std::move(topics),
                       allow_missing,
                       validate_only](const MetadataImage& image) -> Result<Records> {
    Records records;
    for (const TopicReference& reference : topics) {
      const auto topic = FindToDelete(image, {reference}, enabled);
      if (!topic && allow_missing && topic.error().code == ErrorCode::kUnknownTopicOrPartition) {
        continue;
      }
      Status status = topic ? CheckEtag(reference.etag, TopicEtag(image, **topic))
                            : Status(std::unexpected(topic.error()));
      if (!status) return Forward(std::move(status));
      records.emplace_back(cluster::RemoveTopicRecord{(*topic)->id});
    }
    return validate_only ? Records{} : records;
  };
  cluster_.Change(decide, [done = std::move(done)](auto image) mutable {
    done(image ? Status() : Forward(std::move(image)));
  });
}

void TopicService::CreatePartitions(std::vector<MorePartitions> topics, bool validate_only,
                                    Callback<std::vector<TopicResult>> done) {
  auto asked = Distinct(std::move(topics), [](const MorePartitions& topic) { return topic.name; });
  std::vector<TopicResult> results(asked.size());
  for (size_t i = 0; i < asked.size(); ++i) results[i].name = asked[i].item.name;
  const auto decide = [asked = std::move(asked), validate_only](const MetadataImage& image,
                                                                std::vector<TopicResult>& grown) {
    Records records;
    for (size_t i = 0; i < asked.size(); ++i) {
      Result<Records> added = asked[i].repeated
                                  ? Fail(ErrorCode::kInvalidRequest, "Duplicate topic name.")
                                  : GrowTopic(image, asked[i].item);
      if (added && records.size() + added->size() > kMaxRecordsPerRequest) {
        added = TooManyPartitions();
      }
      if (!added) {
        SetError(grown[i], std::move(added.error()));
        continue;
      }
      for (MetadataRecord& record : *added) records.push_back(std::move(record));
    }
    return validate_only ? Records{} : records;
  };
  RunChange(cluster_, std::move(results), decide, std::move(done));
}

void TopicService::Update(TopicUpdate update, bool validate_only, Callback<Status> done) {
  cluster_.Change(
      [this, update = std::move(update), validate_only](const MetadataImage& image) {
        Result<Records> records = UpdateTopic(configs_, image, update);
        if (records && validate_only) records->clear();
        return records;
      },
      [done = std::move(done)](auto image) mutable {
        done(image ? Status() : Forward(std::move(image)));
      });
}

void TopicService::CreateIfMissing(std::string_view name, Callback<Status> done) {
  if (Status status = ValidateTopicName(name); !status) {
    done(std::move(status));
    return;
  }
  if (cluster_.Image()->FindTopic(name) != nullptr) {
    done({});
    return;
  }
  std::string topic(name);
  {
    MutexLock lock(mutex_);
    auto& waiting = creating_[topic];
    waiting.push_back(std::move(done));
    if (waiting.size() > 1) return;
  }
  Create({DefaultTopic(options_, topic)}, /*validate_only=*/false,
         [this, topic](std::vector<CreatedTopic> results) { OnCreated(topic, results.front()); });
}

void TopicService::OnCreated(const std::string& name, const CreatedTopic& result) {
  std::vector<Callback<Status>> waiting;
  {
    MutexLock lock(mutex_);
    const auto found = creating_.find(name);
    waiting = std::move(found->second);
    creating_.erase(found);
  }
  const bool there =
      result.error == ErrorCode::kNone || result.error == ErrorCode::kTopicAlreadyExists;
  for (Callback<Status>& done : waiting) {
    done(there ? Status() : Fail(result.error, result.message));
  }
}

TopicDescription TopicService::Describe(const MetadataImage& image,
                                        const cluster::TopicImage& topic) const {
  TopicDescription description;
  description.name = topic.name;
  description.id = topic.id;
  description.internal = cluster::IsInternalTopic(topic.name);
  description.etag = TopicEtag(image, topic);
  description.overrides = image.ConfigsOf(cluster::ResourceType::kTopic, topic.name);
  description.partitions = DescribePartitions(topic);
  return description;
}

std::vector<PartitionDescription> TopicService::DescribePartitions(
    const cluster::TopicImage& topic) const {
  std::vector<PartitionDescription> partitions;
  for (size_t i = 0; i < topic.partitions.size(); ++i) {
    PartitionDescription& partition = partitions.emplace_back();
    partition.partition = static_cast<int32_t>(i);
    partition.state = topic.partitions[i];
    const auto led = cluster_.FindPartition(topic.id, partition.partition);
    if (!led) continue;
    storage::PartitionLog& log = led->log();
    if (Status usable = log.Availability(); !usable) {
      partition.offline = std::move(usable.error().message);
      continue;
    }
    partition.offsets = log.Offsets();
    partition.size_in_bytes = log.SizeInBytes();
    partition.append_rate = log.AppendRate();
    if (const Result<storage::LogFiles> files = log.Files()) {
      partition.segment_count = static_cast<int32_t>(files->segments.size());
    }
  }
  return partitions;
}

Result<TopicDescription> TopicService::Describe(std::string_view name) const {
  const auto image = cluster_.Image();
  const cluster::TopicImage* topic = image->FindTopic(name);
  if (topic == nullptr) {
    return Fail(ErrorCode::kUnknownTopicOrPartition, fmt::format("there is no topic {}", name));
  }
  return Describe(*image, *topic);
}

std::vector<TopicDescription> TopicService::DescribeAll() const {
  const auto image = cluster_.Image();
  std::vector<TopicDescription> all;
  for (const auto& [name, topic] : image->topics) all.push_back(Describe(*image, *topic));
  return all;
}

}  // namespace monkafka::services
