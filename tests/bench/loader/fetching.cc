#include "bench/loader/fetching.h"

#include <fmt/core.h>

#include "common/endian.h"
#include "protocol/fetch.h"

namespace monkafka::bench {
namespace {

constexpr int16_t kFetchVersion = 4;

// Where a batch has what is read here: base offset 0, length 8, last offset delta 23.
constexpr size_t kBatchPrefix = 12;
constexpr size_t kLastOffsetDeltaAt = 23;

}  // namespace

Fetching::Fetching(const std::string& topic, int32_t partition, int max_bytes, int max_wait_ms,
                   int min_bytes)
    : topic_size_(topic.size()) {
  protocol::FetchRequest request;
  request.max_wait_ms = max_wait_ms;
  request.min_bytes = min_bytes;
  request.max_bytes = max_bytes;
  protocol::FetchRequest::Partition wanted;
  wanted.partition = partition;
  wanted.partition_max_bytes = max_bytes;
  request.topics = {{topic, {}, {wanted}}};
  frame_ = EncodeFrame(request, kFetchVersion);
  offset_at_ = frame_.size() - 4 - 8;  // the last fields: fetch offset, partition max bytes
}

Bytes Fetching::Request() {
  StoreBig<int64_t>(frame_.data() + offset_at_, offset_);
  return frame_;
}

Fetched Fetching::Take(MutableBytes answer) {
  // correlation id, throttle, topic count, name, partition count, index
  size_t at = 4 + 4 + 4 + 2 + topic_size_ + 4 + 4;
  if (answer.size() < at + 2 + 16 + 4) Die("a Fetch response that is too short");
  const auto error = LoadBig<int16_t>(answer.data() + at);
  if (error != 0) Die(fmt::format("Fetch was answered with error {}", error));
  at += 2 + 16;  // error, high watermark, last stable offset
  const auto aborted = LoadBig<int32_t>(answer.data() + at);
  at += 4 + (aborted > 0 ? static_cast<size_t>(aborted) * 16 : 0);
  const auto size = LoadBig<int32_t>(answer.data() + at);
  at += 4;
  Fetched fetched{size > 0 ? answer.subspan(at, static_cast<size_t>(size)) : Bytes(), offset_};
  for (Bytes rest = fetched.records; rest.size() > kLastOffsetDeltaAt + 4;) {
    const size_t batch = kBatchPrefix + LoadBig<uint32_t>(rest.data() + 8);
    if (batch > rest.size()) break;
    fetched.next_offset =
        LoadBig<int64_t>(rest.data()) + LoadBig<int32_t>(rest.data() + kLastOffsetDeltaAt) + 1;
    rest = rest.subspan(batch);
  }
  offset_ = fetched.next_offset;
  return fetched;
}

}  // namespace monkafka::bench
