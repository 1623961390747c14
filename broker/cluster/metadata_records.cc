#include "cluster/metadata_records.h"

#include <fmt/core.h>

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
