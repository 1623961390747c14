#include "storage/inspect/index_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <type_traits>

namespace monkafka::storage {
namespace {

template <class Entry>
constexpr bool kIsTime = std::is_same_v<Entry, TimeIndexEntry>;

template <class Entry>
constexpr AnomalyKind kMismatch =
    kIsTime<Entry> ? AnomalyKind::kTimeIndexMismatch : AnomalyKind::kIndexMismatch;
template <class Entry>
constexpr AnomalyKind kOutOfOrder =
    kIsTime<Entry> ? AnomalyKind::kTimeIndexOutOfOrder : AnomalyKind::kIndexOutOfOrder;

bool Follows(const OffsetIndexEntry& entry, const OffsetIndexEntry& last) {
  return entry.offset > last.offset && entry.position > last.position;
}
bool Follows(const TimeIndexEntry& entry, const TimeIndexEntry& last) {
  return entry.timestamp > last.timestamp && entry.offset >= last.offset;
}

std::string Describe(const OffsetIndexEntry& entry) {
  return fmt::format("offset {} at position {}", entry.offset, entry.position);
}
std::string Describe(const TimeIndexEntry& entry) {
  return fmt::format("timestamp {} at offset {}", entry.timestamp, entry.offset);
}

}  // namespace

template <class Entry>
IndexEntries<Entry>::IndexEntries(IndexFile file, AnomalyReport report)
    : file_(std::move(file)), report_(std::move(report)) {}

template <class Entry>
Status IndexEntries<Entry>::Advance() {
  constexpr auto kSize = static_cast<int64_t>(Entry::kSize);
  last_ = current_ ? current_ : last_;
  current_.reset();
  if (condemned_) return {};
  if (next_ >= file_.bytes / kSize) {
    if (file_.bytes % kSize != 0 && !file_.live) {
      Condemn(kMismatch<Entry>, kNoOffset,
              fmt::format("{} bytes are no whole number of entries", file_.bytes));
    }
    return {};
  }
  if (Status filled = Fill(); !filled) return filled;
  if (next_ >= file_.bytes / kSize) return {};
  const uint8_t* const at = bytes_.data() + (next_ - first_read_) * kSize;
  if (file_.may_be_padded && std::all_of(at, at + kSize, [](uint8_t b) { return b == 0; })) {
    next_ = file_.bytes / kSize;
    return {};
  }
  current_ = Entry::Decode(file_.base_offset, at);
  ++next_;
  if (!last_ || Follows(*current_, *last_)) return {};
  Condemn(kOutOfOrder<Entry>, current_->offset,
          fmt::format("{} follows {}", Describe(*current_), Describe(*last_)));
  return {};
}

template <class Entry>
Status IndexEntries<Entry>::Fill() {
  constexpr auto kSize = static_cast<int64_t>(Entry::kSize);
  const int64_t have = static_cast<int64_t>(bytes_.size()) / kSize;
  if (next_ < first_read_ + have) return {};
  const int64_t left = file_.bytes / kSize - next_;
  bytes_.resize(static_cast<size_t>(std::min(left, kEntriesPerRead) * kSize));
  first_read_ = next_;
  Result<size_t> read = file_.file->ReadAt(next_ * kSize, bytes_);
  if (!read) return Forward(std::move(read));
  if (*read == bytes_.size()) return {};
  if (file_.live) {  // cut to its entries, as its segment was sealed
    bytes_.resize(*read / static_cast<size_t>(kSize) * static_cast<size_t>(kSize));
    file_.bytes = next_ * kSize + static_cast<int64_t>(bytes_.size());
    return {};
  }
  return Fail(ErrorCode::kKafkaStorageError, file_.path + " is shorter than it was");
}

template <class Entry>
void IndexEntries<Entry>::Condemn(AnomalyKind kind, Offset offset, std::string why) {
  Anomaly anomaly;
  anomaly.kind = kind;
  anomaly.file = file_.path;
  anomaly.position = (next_ - (current_ ? 1 : 0)) * static_cast<int64_t>(Entry::kSize);
  anomaly.offset = offset;
  anomaly.message = std::move(why);
  condemned_ = true;
  current_.reset();
  report_(std::move(anomaly));
}

Status OffsetIndexCheck::OnBatch(const BatchInfo& info, int64_t damaged_from) {
  while (const OffsetIndexEntry* entry = entries_.current()) {
    if (entry->position > info.position) break;
    const bool in_damage =
        damaged_from >= 0 && entry->position >= damaged_from && entry->position < info.position;
    if (entry->position < info.position && !in_damage) {
      entries_.Condemn(AnomalyKind::kIndexMismatch, entry->offset,
                       fmt::format("{}: no batch begins there", Describe(*entry)));
      break;
    }
    if (entry->position == info.position && entry->offset != info.last_offset) {
      entries_.Condemn(AnomalyKind::kIndexMismatch, info.base_offset,
                       fmt::format("{}: the batch there has offsets {} to {}", Describe(*entry),
                                   info.base_offset, info.last_offset));
      break;
    }
    if (Status advanced = entries_.Advance(); !advanced) return advanced;
  }
  return {};
}

void OffsetIndexCheck::OnEnd(int64_t position, bool damaged) {
  const OffsetIndexEntry* entry = entries_.current();
  if (entry == nullptr || damaged || entries_.file().live) return;
  entries_.Condemn(AnomalyKind::kMissingRecords, entry->offset,
                   fmt::format("{}: the log ends at position {}", Describe(*entry), position));
}

Status TimeIndexCheck::OnBatch(const BatchInfo& info, int64_t damaged_from) {
  saw_damage_ |= damaged_from >= 0;
  while (const TimeIndexEntry* entry = entries_.current()) {
    if (entry->offset > info.last_offset) break;
    const bool fits = entry->offset >= info.base_offset && entry->timestamp == info.max_timestamp &&
                      entry->timestamp >= largest_;
    const bool in_damage = damaged_from >= 0 && entry->offset < info.base_offset;
    if (!fits && !(in_damage && MayBeOfDamage(*entry))) {
      entries_.Condemn(
          AnomalyKind::kTimeIndexMismatch, entry->offset,
          fmt::format("{}: the batch with offsets {} to {} has {}, the largest before it is {}",
                      Describe(*entry), info.base_offset, info.last_offset, info.max_timestamp,
                      largest_));
      break;
    }
    if (Status advanced = entries_.Advance(); !advanced) return advanced;
  }
  largest_ = std::max(largest_, info.max_timestamp);
  return {};
}

// A batch that is damaged does not tell its timestamp; what lies before it does.
bool TimeIndexCheck::MayBeOfDamage(const TimeIndexEntry& entry) const {
  return entry.offset >= entries_.file().base_offset && entry.timestamp >= largest_;
}

Status TimeIndexCheck::OnEnd(Offset next_offset, bool damaged) {
  while (const TimeIndexEntry* entry = entries_.current()) {
    if (!damaged && entries_.file().live) return {};
    if (!damaged) {
      entries_.Condemn(AnomalyKind::kMissingRecords, entry->offset,
                       fmt::format("{}: the log ends at offset {}", Describe(*entry), next_offset));
    } else if (!MayBeOfDamage(*entry)) {
      entries_.Condemn(AnomalyKind::kTimeIndexMismatch, entry->offset,
                       fmt::format("{}: the segment begins at offset {}, the largest before it "
                                   "is {}",
                                   Describe(*entry), entries_.file().base_offset, largest_));
    } else if (Status advanced = entries_.Advance(); !advanced) {
      return advanced;
    }
  }
  if (entries_.condemned() || !sealed_ || largest_ == kNoTimestamp) return {};
  const TimestampMs last = entries_.last_passed().value_or(TimeIndexEntry{}).timestamp;
  // The largest may have been that of a damaged batch.
  if (last == largest_ || (last > largest_ && (damaged || saw_damage_))) return {};
  entries_.Condemn(AnomalyKind::kTimeIndexMismatch, kNoOffset,
                   fmt::format("it ends with timestamp {}, the largest of the sealed segment is {}",
                               last, largest_));
  return {};
}

template class IndexEntries<OffsetIndexEntry>;
template class IndexEntries<TimeIndexEntry>;

}  // namespace monkafka::storage
