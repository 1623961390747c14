#include "storage/local_log.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/log.h"

namespace monkafka::storage {

LocalLog::LocalLog(std::shared_ptr<LogEnvironment> environment, TopicPartition tp,
                   const Uuid& topic_id, std::shared_ptr<const std::string> directory,
                   const LogConfig& config, LoadedLog loaded)
    : environment_(std::move(environment)),
      tp_(std::move(tp)),
      topic_id_(topic_id),
      directory_(std::move(directory)),
      config_(std::make_shared<const LogConfig>(config)),
      segments_(std::move(loaded.segments)),
      log_start_(loaded.log_start),
      wanted_log_start_(loaded.log_start),
      log_end_(loaded.log_end),
      epochs_(std::move(loaded.epochs)),
      epochs_dirty_(loaded.epochs_dirty),
      producers_(std::move(loaded.producers)),
      snapshot_offset_(loaded.snapshot_offset),
      durable_end_(loaded.log_end),
      recovery_point_(loaded.log_end) {
  CHECK(!segments_.empty());
  for (size_t i = 0; i + 1 < segments_.size(); ++i) sealed_bytes_ += segments_[i]->size();
}

LocalLog::LocalLog(std::shared_ptr<LogEnvironment> environment, TopicPartition tp,
                   const Uuid& topic_id, std::shared_ptr<const std::string> directory,
                   const LogConfig& config, Error error)
    : environment_(std::move(environment)),
      tp_(std::move(tp)),
      topic_id_(topic_id),
      directory_(std::move(directory)),
      state_(State::kOffline),
      state_error_(std::move(error)),
      config_(std::make_shared<const LogConfig>(config)) {}

Status LocalLog::CheckOpen() const {
  if (state_ == State::kOpen) return {};
  return std::unexpected(state_error_);
}

Offset LocalLog::LastStableOffset() const {
  return std::max(log_start_, producers_.first_unstable_offset().value_or(log_end_));
}

LogOffsets LocalLog::Offsets() const {
  MutexLock lock(mutex_);
  return {log_start_, LastStableOffset(), log_end_, durable_end_};
}

Status LocalLog::Availability() const {
  MutexLock lock(mutex_);
  return CheckOpen();
}

EpochEnd LocalLog::EndOfEpoch(LeaderEpoch epoch) {
  MutexLock lock(mutex_);
  return epochs_.EndOf(epoch, log_end_);
}

std::optional<LeaderEpoch> LocalLog::EpochAt(Offset offset) {
  MutexLock lock(mutex_);
  return epochs_.EpochAt(offset);
}

std::vector<ActiveProducer> LocalLog::ActiveProducers() {
  MutexLock lock(mutex_);
  std::vector<ActiveProducer> producers;
  for (const ProducerEntry& entry : producers_.Entries()) {
    ActiveProducer producer;
    producer.producer_id = entry.producer_id;
    producer.producer_epoch = entry.epoch;
    if (entry.last_batch() != nullptr) producer.last_sequence = entry.last_batch()->last_sequence;
    producer.last_timestamp = entry.last_timestamp;
    producer.coordinator_epoch = entry.coordinator_epoch;
    producer.current_txn_start_offset = entry.txn_first_offset;
    producers.push_back(producer);
  }
  return producers;
}

int64_t LocalLog::SizeInBytes() const {
  MutexLock lock(mutex_);
  return segments_.empty() ? 0 : sealed_bytes_ + segments_.back()->size();
}

RateMeter::Rate LocalLog::AppendRate() const {
  MutexLock lock(mutex_);
  return appended_ ? appended_->Read(environment_->clock.Now()) : RateMeter::Rate{};
}

Result<LogFiles> LocalLog::Files() const {
  LogFiles files;
  files.directory = *directory_;
  MutexLock lock(mutex_);
  if (state_ == State::kClosed || state_ == State::kDeleted) return std::unexpected(state_error_);
  files.segments.reserve(segments_.size());
  for (const SegmentPtr& segment : segments_) {
    files.segments.push_back({segment->base_offset(), segment->size(), segment->indexes_usable()});
  }
  return files;
}

LogConfig LocalLog::Config() const {
  MutexLock lock(mutex_);
  return *config_;
}

void LocalLog::Reconfigure(const LogConfig& config) {
  auto fresh = std::make_shared<const LogConfig>(config);
  MutexLock lock(mutex_);
  config_.swap(fresh);
}

size_t LocalLog::SegmentIndexOf(Offset offset) const {
  const auto after = std::partition_point(
      segments_.begin(), segments_.end(),
      [&](const SegmentPtr& segment) { return segment->base_offset() <= offset; });
  return after == segments_.begin() ? 0 : static_cast<size_t>(after - segments_.begin()) - 1;
}

Offset LocalLog::EndOffsetOf(size_t segment_index) const {
  if (segment_index + 1 == segments_.size()) return log_end_;
  return segments_[segment_index + 1]->base_offset();
}

}  // namespace monkafka::storage
