#include "groups/append_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/check.h"
#include "records/batch.h"

namespace monkafka::groups {
namespace {

void MoveTo(std::vector<Step::Done>& to, std::vector<Step::Done>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

}  // namespace

bool AppendQueue::Fits(const RecordBuffer& records) const {
  return records::kBatchOverhead + records.SizeBound() <= max_batch_bytes_;
}

bool AppendQueue::Fits(const RecordBuffer& records, size_t index) const {
  return records::kBatchOverhead + records.SizeBound(index) <= max_batch_bytes_;
}

AppendQueue::Gathering& AppendQueue::Room(size_t size_bound) {
  if (gathering_ && gathering_->builder.uncompressed_size() + size_bound > max_batch_bytes_) {
    SendGathering();
  }
  if (!gathering_) gathering_.emplace(records::BatchOptions{.codec = codec_});
  return *gathering_;
}

void AppendQueue::AddAtomic(const RecordBuffer& records, TimestampMs now) {
  Gathering& room = Room(records.SizeBound());
  for (size_t i = 0; i < records.count(); ++i) records.AppendTo(room.builder, i, now);
}

void AppendQueue::AddOne(const RecordBuffer& records, size_t index, TimestampMs now) {
  records.AppendTo(Room(records.SizeBound(index)).builder, index, now);
}

bool AppendQueue::AddDone(std::vector<Step::Done>& dones) {
  if (gathering_) {
    MoveTo(gathering_->dones, dones);
  } else if (!in_flight_.empty()) {
    MoveTo(in_flight_.back().dones, dones);
  } else {
    return false;
  }
  return true;
}

void AppendQueue::Flush() {
  if (gathering_ && in_flight_.empty()) SendGathering();
}

void AppendQueue::SendGathering() {
  Result<std::vector<uint8_t>> batch = std::move(gathering_->builder).Build();
  CHECK(batch.has_value());  // far below what a batch can hold
  in_flight_.push_back({++last_number_, false, std::move(gathering_->dones)});
  gathering_.reset();
  send_(last_number_, std::move(*batch));
}

std::vector<Step::Done> AppendQueue::OnAppended(int64_t number) {
  const auto batch = std::ranges::find(in_flight_, number, &InFlight::number);
  if (batch != in_flight_.end()) batch->durable = true;
  std::vector<Step::Done> dones;
  while (!in_flight_.empty() && in_flight_.front().durable) {
    MoveTo(dones, in_flight_.front().dones);
    in_flight_.pop_front();
  }
  return dones;
}

std::vector<Step::Done> AppendQueue::Abandon() {
  std::vector<Step::Done> dones;
  for (InFlight& batch : in_flight_) MoveTo(dones, batch.dones);
  in_flight_.clear();
  if (gathering_) MoveTo(dones, gathering_->dones);
  gathering_.reset();
  return dones;
}

}  // namespace monkafka::groups
