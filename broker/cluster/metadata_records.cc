#include "cluster/metadata_records.h"

#include <fmt/core.h>

#include <iterator>
#include <string>
#include <type_traits>
#include <utility>

#include "protocol/codec_impl.h"

namespace monkafka::cluster {
namespace {

template <class Record>
Result<std::optional<MetadataRecord>> ReadMessage(const protocol::MetadataBytes& bytes) {
  Result<Record> record = protocol::DecodeRecord<Record>(bytes.body, bytes.version);
  if (record) return MetadataRecord(std::move(*record));
  if (record.error().code == ErrorCode::kUnsupportedVersion) {
    return Fail(ErrorCode::kUnsupportedVersion,
                fmt::format("{} version {} was written by a newer broker; the highest known is {}",
                            Record::schema.name, bytes.version, Record::schema.max_version));
  }
  return Fail(ErrorCode::kCorruptMessage, std::move(record.error().message));
}

template <size_t... I>
Result<std::optional<MetadataRecord>> ReadByType(const protocol::MetadataBytes& bytes,
                                                 std::index_sequence<I...>) {
  Result<std::optional<MetadataRecord>> result;
  const auto try_type = [&]<class Record>(std::type_identity<Record>) {
    if (Record::kType != bytes.type) return false;
    result = ReadMessage<Record>(bytes);
    return true;
  };
  (void)(try_type(std::type_identity<std::variant_alternative_t<I, MetadataRecord>>{}) || ...);
  return result;
}

}  // namespace

// As Kafka's MetadataVersion lists them.
std::string MetadataVersionName(int16_t level) {
  static constexpr std::string_view kNames[] = {
      "3.0-IV1", "3.1-IV0", "3.2-IV0", "3.3-IV0", "3.3-IV1", "3.3-IV2", "3.3-IV3",
      "3.4-IV0", "3.5-IV0", "3.5-IV1", "3.5-IV2", "3.6-IV0", "3.6-IV1", "3.6-IV2",
      "3.7-IV0", "3.7-IV1", "3.7-IV2", "3.7-IV3", "3.7-IV4", "3.8-IV0", "3.9-IV0"};
  static_assert(std::size(kNames) == kMetadataVersion);
  if (level < 1 || level > kMetadataVersion) return std::to_string(level);
  return std::string(kNames[level - 1]);
}

std::string_view NameOf(const MetadataRecord& record) {
  return std::visit([](const auto& r) -> std::string_view { return r.schema.name; }, record);
}

std::vector<uint8_t> EncodeMetadataRecord(const MetadataRecord& record) {
  return EncodeMetadataRecord(record,
                              std::visit([](const auto& r) { return r.kWrittenVersion; }, record));
}

std::vector<uint8_t> EncodeMetadataRecord(const MetadataRecord& record, int16_t version) {
  return std::visit(
      [&](const auto& r) {
        return protocol::EncodeRecord(r, version, protocol::MakeMetadataPrefix(r.kType, version));
      },
      record);
}

Result<std::optional<MetadataRecord>> DecodeMetadataRecord(Bytes value) {
  const Result<protocol::MetadataBytes> bytes = protocol::SplitMetadataPrefix(value);
  if (!bytes) return Fail(ErrorCode::kCorruptMessage, bytes.error().message);
  return ReadByType(*bytes, std::make_index_sequence<std::variant_size_v<MetadataRecord>>{});
}

}  // namespace monkafka::cluster
