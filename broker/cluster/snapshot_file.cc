#include "cluster/snapshot_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "records/batch_builder.h"
#include "records/control_records.h"

namespace monkafka::cluster {
namespace {

constexpr std::string_view kSuffix = ".checkpoint";
constexpr std::string_view kTemporarySuffix = ".checkpoint.tmp";  // of WriteFileAtomically
constexpr std::string_view kKafkaTemporarySuffix = ".checkpoint.part";
constexpr size_t kOffsetDigits = 20;
constexpr size_t kEpochDigits = 10;
constexpr size_t kRecordsPerBatch = 1000;

template <class T>
bool ParseDigits(std::string_view digits, T& number) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc{} && end == digits.data() + digits.size() && number >= 0;
}

// Appends batches one after the other; offsets count on.
class SnapshotWriter {
 public:
  SnapshotWriter(LeaderEpoch epoch, TimestampMs now) : epoch_(epoch), now_(now) {}

  void Add(std::vector<uint8_t> batch, size_t records) {
    content_.insert(content_.end(), batch.begin(), batch.end());
    next_offset_ += static_cast<Offset>(records);
  }
  records::KraftControlOptions ControlOptions() const { return {next_offset_, epoch_, now_}; }

  Status AddControl(records::ControlRecordType type, Bytes value) {
    records::BatchOptions options = BatchOptions();
    options.control = true;
    records::BatchBuilder builder(options);
    const auto key = records::EncodeControlKey(type);
    builder.Append(now_, Bytes(key), value);
    return Take(std::move(builder), 1);
  }
  Status AddRecords(std::span<const MetadataRecord> records) {
    Result<std::vector<uint8_t>> batch = BuildMetadataBatch({next_offset_, epoch_, now_}, records);
    if (!batch) return Forward(std::move(batch));
    Add(std::move(*batch), records.size());
    return {};
  }
  Status AddValues(std::span<const std::vector<uint8_t>> values) {
    records::BatchBuilder builder(BatchOptions());
    for (const auto& value : values) builder.Append(now_, std::nullopt, Bytes(value));
    return Take(std::move(builder), values.size());
  }
  Bytes content() const { return content_; }

 private:
  records::BatchOptions BatchOptions() const {
    records::BatchOptions options;
    options.base_offset = next_offset_;
    options.partition_leader_epoch = epoch_;
    return options;
  }
  Status Take(records::BatchBuilder builder, size_t records) {
    Result<std::vector<uint8_t>> batch = std::move(builder).Build();
    if (!batch) return Forward(std::move(batch));
    Add(std::move(*batch), records);
    return {};
  }

  const LeaderEpoch epoch_;
  const TimestampMs now_;
  Offset next_offset_ = 0;
  std::vector<uint8_t> content_;
};

template <class T, class Add>
Status InBatches(std::span<const T> all, Add add) {
  while (!all.empty()) {
    const auto some = all.first(std::min(all.size(), kRecordsPerBatch));
    if (Status status = add(some); !status) return status;
    all = all.subspan(some.size());
  }
  return {};
}

}  // namespace

std::string SnapshotFileName(const SnapshotId& id) {
  return fmt::format("{:020}-{:010}{}", id.end_offset, id.epoch, kSuffix);
}

std::optional<SnapshotId> ParseSnapshotFileName(std::string_view name) {
  if (name.size() != kOffsetDigits + 1 + kEpochDigits + kSuffix.size() ||
      !name.ends_with(kSuffix) || name[kOffsetDigits] != '-') {
    return std::nullopt;
  }
  SnapshotId id;
  if (!ParseDigits(name.substr(0, kOffsetDigits), id.end_offset) ||
      !ParseDigits(name.substr(kOffsetDigits + 1, kEpochDigits), id.epoch)) {
    return std::nullopt;
  }
  return id;
}

Result<std::optional<SnapshotId>> FindSnapshot(storage::FileSystem& file_system,
                                               const std::string& directory) {
  Result<std::vector<std::string>> names = file_system.List(directory);
  if (!names) return Forward(std::move(names));
  std::optional<SnapshotId> newest;
  for (const std::string& name : *names) {
    newest = std::max(newest, ParseSnapshotFileName(name));
  }
  return newest;
}

Status RemoveOtherSnapshots(storage::FileSystem& file_system, const std::string& directory,
                            const SnapshotId& keep) {
  Result<std::vector<std::string>> names = file_system.List(directory);
  if (!names) return Forward(std::move(names));
  for (const std::string& name : *names) {
    const std::optional<SnapshotId> id = ParseSnapshotFileName(name);
    const bool is_leftover =
        name.ends_with(kTemporarySuffix) || name.ends_with(kKafkaTemporarySuffix);
    if (!is_leftover && (!id || *id == keep)) continue;
    if (Status status = file_system.Remove(directory + "/" + name); !status) return status;
  }
  return {};
}

Status ReadSnapshot(storage::FileSystem& file_system, const std::string& directory,
                    const SnapshotId& id, MetadataBatchReader& reader,
                    const MetadataStore::Apply& apply) {
  const std::string path = directory + "/" + SnapshotFileName(id);
  Result<std::vector<uint8_t>> content = storage::ReadWholeFile(file_system, path);
  if (!content) return Forward(std::move(content));
  Status status = reader.Read(*content, /*from=*/0, apply);
  if (status && !reader.saw_snapshot_footer()) {
    status = Fail(ErrorCode::kCorruptMessage, "the snapshot has no end");
  }
  if (!status) status.error().message = path + ": " + status.error().message;
  return status;
}

Status WriteSnapshotFile(storage::FileSystem& file_system, const std::string& directory,
                         const SnapshotId& id, const SnapshotContent& content) {
  SnapshotWriter writer(id.epoch, content.now);
  writer.Add(
      records::BuildSnapshotHeaderBatch(writer.ControlOptions(), content.last_contained_timestamp),
      1);
  for (const auto& [type, value] : content.carried.kraft_records()) {
    Status status = writer.AddControl(static_cast<records::ControlRecordType>(type), value);
    if (!status) return status;
  }
  Status status = InBatches(content.records, [&](auto some) { return writer.AddRecords(some); });
  if (!status) return status;
  status = InBatches(std::span(content.carried.unknown_records()),
                     [&](auto some) { return writer.AddValues(some); });
  if (!status) return status;
  writer.Add(records::BuildSnapshotFooterBatch(writer.ControlOptions()), 1);
  return storage::WriteFileAtomically(file_system, directory + "/" + SnapshotFileName(id),
                                      writer.content());
}

}  // namespace monkafka::cluster
