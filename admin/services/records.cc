#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "admin/port/records.h"
#include "admin/services/convert.h"
#include "admin/services/record_query.h"
#include "admin/services/record_stream.h"
#include "admin/services/services.h"
#include "admin/services/tail.h"
#include "monkafka/admin/v1/records.pb.h"

namespace monkafka::admin {
namespace {

Outcome<void> ReadRecords(RecordsPort& port, const v1::ReadRecordsRequest& request,
                          Stream<v1::ReadRecordsResponse>& stream) {
  const Outcome<ScanQuery> query = QueryOf(request);
  if (!query) return std::unexpected(query.error());
  RecordSender<v1::ReadRecordsResponse> sender(
      request.topic(), request.max_field_bytes(),
      [&stream](const auto& message) { return stream.Send(message); });
  const Outcome<ScanSummary> summary = port.Scan(*query, sender, stream.call().stop_token());
  sender.Flush();
  if (!summary) return std::unexpected(summary.error());
  v1::ReadRecordsResponse last;
  Fill(*summary, *last.mutable_summary());
  stream.Send(last);
  return {};
}

class SearchSender final : public RecordSender<v1::SearchRecordsResponse> {
 public:
  SearchSender(const v1::SearchRecordsRequest& request, Stream<v1::SearchRecordsResponse>& stream)
      : RecordSender(request.topic(), request.max_field_bytes(),
                     [&stream](const auto& message) { return stream.Send(message); }),
        request_(request),
        stream_(stream) {}

  bool OnProgress(const ScanProgress& progress) override {
    v1::SearchRecordsResponse response;
    Fill(progress, *response.mutable_progress());
    response.mutable_progress()->set_resume_token(ResumeToken(request_, progress.next));
    return stream_.Send(response);
  }

 private:
  const v1::SearchRecordsRequest& request_;
  Stream<v1::SearchRecordsResponse>& stream_;
};

Outcome<void> SearchRecords(RecordsPort& port, const v1::SearchRecordsRequest& request,
                            Stream<v1::SearchRecordsResponse>& stream) {
  const Outcome<ScanQuery> query = QueryOf(request);
  if (!query) return std::unexpected(query.error());
  SearchSender sender(request, stream);
  const Outcome<ScanSummary> summary = port.Scan(*query, sender, stream.call().stop_token());
  sender.Flush();
  if (!summary) return std::unexpected(summary.error());
  v1::SearchRecordsResponse last;
  Fill(*summary, *last.mutable_summary());
  if (summary->end != ScanEnd::kComplete) {
    last.mutable_summary()->set_resume_token(ResumeToken(request, summary->next));
  }
  stream.Send(last);
  return {};
}

NewRecord RecordOf(const v1::NewRecord& record) {
  NewRecord out;
  if (record.has_key()) out.key = record.key();
  if (record.has_value()) out.value = record.value();
  for (const v1::Header& header : record.headers()) {
    NewHeader& added = out.headers.emplace_back();
    added.key = header.key();
    if (header.has_value()) added.value = header.value();
  }
  if (record.has_timestamp_ms()) out.timestamp_ms = record.timestamp_ms();
  if (record.has_partition()) out.partition = record.partition();
  return out;
}

Outcome<v1::ProduceRecordsResponse> ProduceRecords(RecordsPort& port,
                                                   const v1::ProduceRecordsRequest& request,
                                                   Call& call) {
  if (auto named = RequireText(request.topic(), "topic"); !named) {
    return std::unexpected(std::move(named).error());
  }
  if (request.records().empty()) return FailField("records", "required");
  ProduceOrder order{.topic = request.topic(),
                     .records = {},
                     .compression = FromProto(request.compression_type()),
                     .acks_all = request.acks() != v1::ACKS_LEADER,
                     .validate_only = request.validate_only()};
  if (!v1::Acks_IsValid(request.acks())) {
    return FailField("acks", "not a value that this server knows");
  }
  if (order.compression == Compression::kUnknown) {
    return FailField("compression_type", "not a codec that is known");
  }
  for (const v1::NewRecord& record : request.records()) {
    if (record.has_partition() && record.partition() < 0) {
      return FailField("records.partition", "negative");
    }
    if (record.has_timestamp_ms() && record.timestamp_ms() < 0) {
      return FailField("records.timestamp_ms", "negative");
    }
    order.records.push_back(RecordOf(record));
  }
  Outcome<std::vector<ProducedRecord>> produced = WithFields(
      port.Produce(order, call.stop_token()), {{ErrorCode::kInvalidTopicException, "topic"}});
  if (!produced) return std::unexpected(std::move(produced).error());
  const auto failed = std::ranges::count_if(
      *produced, [](const ProducedRecord& record) { return !record.error.empty(); });
  if (failed > 0) {
    call.set_audit_outcome(std::cmp_equal(failed, produced->size()) ? "NONE_APPENDED"
                                                                    : "PARTLY_APPENDED");
  }
  v1::ProduceRecordsResponse response;
  for (const ProducedRecord& record : *produced) {
    v1::ProducedRecord& added = *response.add_records();
    added.set_partition(record.partition);
    added.set_offset(record.offset);
    added.set_timestamp_ms(record.timestamp_ms);
    added.set_error(record.error);
  }
  return response;
}

}  // namespace

void AddRecords(MethodTable& table, RecordsPort& port, const Runtime& runtime) {
  const std::string service = "/monkafka.admin.v1.RecordsService/";
  table.AddWatch<v1::TailRecordsRequest>(
      service + "TailRecords", Role::kOperator, RunsOn::kScanThread,
      [&port, runtime](const CallPtr& call, const v1::TailRecordsRequest& request) {
        StartTail(port, runtime, call, request);
      });
  table.AddScan<v1::ReadRecordsRequest, v1::ReadRecordsResponse>(
      service + "ReadRecords", Role::kOperator,
      [&port](const auto& request, auto& stream) { return ReadRecords(port, request, stream); });
  table.AddScan<v1::SearchRecordsRequest, v1::SearchRecordsResponse>(
      service + "SearchRecords", Role::kOperator,
      [&port](const auto& request, auto& stream) { return SearchRecords(port, request, stream); });
  table.AddMutation<v1::ProduceRecordsRequest>(
      service + "ProduceRecords", Role::kOperator,
      [](const auto& request) {
        return fmt::format("topic {} records={}", request.topic(), request.records().size());
      },
      [&port](const auto& request, Call& call) { return ProduceRecords(port, request, call); });
}

}  // namespace monkafka::admin
