// Names of a resource's present state: equal as long as nothing that a client could change has
// changed. A client that sends one with a change is refused when somebody else was there first.
//
// Threads: any; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cluster/metadata_image.h"
#include "common/result.h"

namespace monkafka::services {

// 64-bit FNV-1a over length-prefixed parts, so that no two sequences of parts look alike.
class EtagHash {
 public:
  EtagHash& Add(std::string_view text);
  EtagHash& Add(int64_t number);
  std::string ToString() const;  // 16 hexadecimal digits

 private:
  void AddBytes(std::string_view bytes);

  uint64_t hash_ = 0xcbf29ce484222325;
};

// Its id, partitions (with replicas and leaders) and overrides.
std::string TopicEtag(const cluster::MetadataImage& image, const cluster::TopicImage& topic);
// Of the overrides alone, and of the topic's id when it is a topic.
std::string ConfigEtag(const cluster::MetadataImage& image, cluster::ResourceType type,
                       const std::string& name);

// INVALID_UPDATE_VERSION unless they are equal; fine when nothing is expected.
Status CheckEtag(const std::optional<std::string>& expected, std::string_view actual);

}  // namespace monkafka::services
