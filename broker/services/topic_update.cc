#include "services/topic_update.h"

#include <fmt/core.h>

#include <iterator>
#include <utility>

#include "services/config_alteration.h"
#include "services/etag.h"
#include "services/topic_growth.h"

namespace monkafka::services {
namespace {

using Records = std::vector<cluster::MetadataRecord>;

Result<Records> UpdateConfigs(const ConfigValues& values, const cluster::MetadataImage& image,
                              const TopicUpdate& update) {
  ConfigAlteration alteration;
  alteration.resource = {static_cast<int8_t>(cluster::ResourceType::kTopic), update.name};
  for (const auto& [key, value] : update.configs) {
    if (!value && update.replace_configs) continue;
    alteration.changes.push_back(
        {key, value ? ConfigOperation::kSet : ConfigOperation::kDelete, value});
  }
  return update.replace_configs ? ReplaceConfigs(values, image, alteration)
                                : AlterConfigs(values, image, alteration);
}

}  // namespace

Result<Records> UpdateTopic(const ConfigValues& values, const cluster::MetadataImage& image,
                            const TopicUpdate& update) {
  const cluster::TopicImage* topic = image.FindTopic(update.name);
  if (topic == nullptr) {
    return Fail(ErrorCode::kUnknownTopicOrPartition,
                fmt::format("there is no topic {}", update.name));
  }
  if (Status same = CheckEtag(update.etag, TopicEtag(image, *topic)); !same) {
    return Forward(std::move(same));
  }
  Records records;
  if (update.partitions &&
      (update.must_grow || std::cmp_not_equal(*update.partitions, topic->partitions.size()))) {
    Result<Records> grown =
        GrowTopic(image, {update.name, *update.partitions, update.assignments, std::nullopt});
    if (!grown) return grown;
    records = *std::move(grown);
  }
  if (update.configs.empty() && !update.replace_configs) return records;
  Result<Records> changed = UpdateConfigs(values, image, update);
  if (!changed) return changed;
  records.insert(records.end(), std::make_move_iterator(changed->begin()),
                 std::make_move_iterator(changed->end()));
  return records;
}

}  // namespace monkafka::services
