#include "groups/consumer_protocol.h"

#include "protocol/reader.h"

namespace monkafka::groups {
namespace {

struct AssignedTopic {
  std::string_view topic;
  std::vector<int32_t> partitions;

  static void fields(auto& io, auto& m) {
    io(m.topic);
    io(m.partitions);
  }
};

// Reads the version, one field of type T, and the user data.
template <class T>
std::optional<T> ReadPrefix(Bytes bytes) {
  // Nothing writable is read, so nobody gets to write through this.
  const MutableBytes readable(const_cast<uint8_t*>(bytes.data()), bytes.size());
  protocol::Reader reader(readable, 0, false);
  int16_t version = 0;
  T value;
  std::optional<Bytes> user_data;
  reader(version);
  reader(value);
  reader(user_data);
  if (reader.failed()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::vector<std::string_view>> ParseSubscribedTopics(Bytes subscription) {
  return ReadPrefix<std::vector<std::string_view>>(subscription);
}

std::optional<std::vector<TopicPartition>> ParseAssignedPartitions(Bytes assignment) {
  std::vector<TopicPartition> partitions;
  if (assignment.empty()) return partitions;
  const auto topics = ReadPrefix<std::vector<AssignedTopic>>(assignment);
  if (!topics) return std::nullopt;
  for (const AssignedTopic& topic : *topics) {
    for (const int32_t partition : topic.partitions) {
      partitions.push_back({std::string(topic.topic), partition});
    }
  }
  return partitions;
}

}  // namespace monkafka::groups
