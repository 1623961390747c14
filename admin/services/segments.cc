#include <chrono>

#include "admin/listing.h"
#include "admin/port/segments.h"
#include "admin/services/convert.h"
#include "admin/services/services.h"
#include "monkafka/admin/v1/segments.pb.h"

namespace monkafka::admin {
namespace {

constexpr std::chrono::milliseconds kBetweenProgress{250};

void Fill(const SegmentInfo& info, v1::Segment& out) {
  out.set_topic(info.topic);
  out.set_partition(info.partition);
  out.set_base_offset(info.base_offset);
  out.set_next_offset(info.next_offset);
  out.set_log_size_bytes(info.log_size_bytes);
  out.set_offset_index_size_bytes(info.offset_index_size_bytes);
  out.set_time_index_size_bytes(info.time_index_size_bytes);
  out.set_transaction_index_size_bytes(info.transaction_index_size_bytes);
  out.set_active(info.active);
  out.set_first_timestamp_ms(info.first_timestamp_ms);
  out.set_max_timestamp_ms(info.max_timestamp_ms);
  if (info.batch_count) out.set_batch_count(*info.batch_count);
  if (info.record_count) out.set_record_count(*info.record_count);
  out.set_path(info.path);
}

void Fill(const BatchInfo& info, int32_t max_field_bytes, v1::Batch& out) {
  out.set_segment_base_offset(info.segment_base_offset);
  out.set_position_bytes(info.position);
  out.set_size_bytes(info.size_bytes);
  out.set_base_offset(info.base_offset);
  out.set_last_offset(info.last_offset);
  out.set_partition_leader_epoch(info.partition_leader_epoch);
  out.set_magic(info.magic);
  out.set_crc(info.crc);
  out.set_crc_valid(info.crc_valid);
  out.set_compression_type(ToProto(info.compression));
  out.set_log_append_time(info.log_append_time);
  out.set_base_timestamp_ms(info.base_timestamp_ms);
  out.set_max_timestamp_ms(info.max_timestamp_ms);
  out.set_producer_id(info.producer_id);
  out.set_producer_epoch(info.producer_epoch);
  out.set_base_sequence(info.base_sequence);
  out.set_last_sequence(info.last_sequence);
  out.set_record_count(info.record_count);
  out.set_transactional(info.transactional);
  out.set_control(info.control);
  out.set_delete_horizon_timestamp_ms(info.delete_horizon_timestamp_ms);
  for (const RecordView& record : info.records) {
    ToProto(record, max_field_bytes, *out.add_records());
  }
  out.set_records_error(info.records_error);
}

Outcome<v1::ListSegmentsResponse> ListSegments(SegmentsPort& port,
                                               const v1::ListSegmentsRequest& request,
                                               const Call& call) {
  if (auto named = RequireText(request.topic(), "topic"); !named) {
    return std::unexpected(std::move(named).error());
  }
  if (request.all_partitions() && request.partition() != 0) {
    return FailField("partition", "not together with all_partitions");
  }
  Outcome<Listing> listing =
      Listing::Parse(*v1::Segment::descriptor(), ListRequestOf(request), "partition, base_offset");
  if (!listing) return std::unexpected(std::move(listing).error());
  std::optional<int32_t> partition;
  if (!request.all_partitions()) partition = request.partition();
  std::optional<SegmentsPort::Cursor> after;
  if (listing->natural() && !listing->after().empty()) {
    after = {static_cast<int32_t>(listing->after()[0].integer), listing->after()[1].integer};
  }
  const SegmentView view =
      request.view() == v1::SEGMENT_VIEW_FULL ? SegmentView::kFull : SegmentView::kBasic;
  const size_t limit = listing->natural() ? listing->page_size() + 1 : Listing::kMaxPageSize;
  v1::ListSegmentsResponse response;
  auto& segments = *response.mutable_segments();
  while (!listing->natural() || static_cast<size_t>(segments.size()) <= listing->page_size()) {
    Outcome<std::vector<SegmentInfo>> more =
        port.List(request.topic(), partition, view, after, limit, call.stop_token());
    if (!more) return std::unexpected(std::move(more).error());
    for (const SegmentInfo& segment : *more) {
      Fill(segment, *segments.Add());
      if (!listing->Matches(segments[segments.size() - 1])) segments.RemoveLast();
    }
    if (more->size() < limit || call.stopped()) break;
    after = {more->back().partition, more->back().base_offset};
  }
  response.set_next_page_token(listing->Cut(segments));
  return response;
}

Outcome<v1::GetSegmentResponse> GetSegment(SegmentsPort& port, const v1::GetSegmentRequest& request,
                                           const Call& call) {
  if (auto named = RequireText(request.topic(), "topic"); !named) {
    return std::unexpected(std::move(named).error());
  }
  const SegmentView view =
      request.view() == v1::SEGMENT_VIEW_BASIC ? SegmentView::kBasic : SegmentView::kFull;
  Outcome<SegmentInfo> segment = port.Get(request.topic(), request.partition(),
                                          request.base_offset(), view, call.stop_token());
  if (!segment) return std::unexpected(std::move(segment).error());
  v1::GetSegmentResponse response;
  Fill(*segment, *response.mutable_segment());
  return response;
}

class BatchSender final : public BatchSink {
 public:
  BatchSender(Stream<v1::ReadBatchesResponse>& stream, int32_t max_field_bytes)
      : stream_(stream), max_field_bytes_(max_field_bytes) {}
  bool OnBatch(const BatchInfo& batch) override {
    v1::ReadBatchesResponse response;
    Fill(batch, max_field_bytes_, *response.mutable_batch());
    return stream_.Send(response);
  }

 private:
  Stream<v1::ReadBatchesResponse>& stream_;
  const int32_t max_field_bytes_;
};

Outcome<BatchRange> RangeOf(const v1::ReadBatchesRequest& request) {
  if (auto named = RequireText(request.topic(), "topic"); !named) {
    return std::unexpected(std::move(named).error());
  }
  for (const auto& [value, field] :
       {std::pair<int64_t, const char*>{request.max_batches(), "max_batches"},
        {request.max_field_bytes(), "max_field_bytes"},
        {request.from_offset(), "from_offset"}}) {
    if (auto valid = RequireNotNegative(value, field); !valid) {
      return std::unexpected(std::move(valid).error());
    }
  }
  if (request.has_to_offset() && request.to_offset() < request.from_offset()) {
    return FailField("to_offset", "below from_offset");
  }
  BatchRange range{.topic = request.topic(),
                   .partition = request.partition(),
                   .segment_base_offset = {},
                   .from_offset = {},
                   .to_offset = {},
                   .max_batches = request.max_batches(),
                   .include_records = request.include_records()};
  if (request.has_base_offset()) range.segment_base_offset = request.base_offset();
  if (request.has_from_offset()) range.from_offset = request.from_offset();
  if (request.has_to_offset()) range.to_offset = request.to_offset();
  return range;
}

Outcome<void> ReadBatches(SegmentsPort& port, const v1::ReadBatchesRequest& request,
                          Stream<v1::ReadBatchesResponse>& stream) {
  if (request.include_records()) {
    const Principal& principal = stream.call().principal();
    if (auto allowed = RequireRole(principal, Role::kOperator, "reading records"); !allowed) {
      return allowed;
    }
  }
  const Outcome<BatchRange> range = RangeOf(request);
  if (!range) return std::unexpected(range.error());
  BatchSender sender(stream, request.max_field_bytes());
  const Outcome<BatchSummary> summary =
      port.ReadBatches(*range, sender, stream.call().stop_token());
  if (!summary) return std::unexpected(summary.error());
  v1::ReadBatchesResponse last;
  v1::ReadBatchesSummary& out = *last.mutable_summary();
  out.set_batch_count(summary->batch_count);
  out.set_record_count(summary->record_count);
  out.set_size_bytes(summary->size_bytes);
  out.set_crc_error_count(summary->crc_error_count);
  out.set_next_offset(summary->next_offset);
  out.set_complete(summary->complete);
  stream.Send(last);
  return {};
}

class VerifySender final : public VerifySink {
 public:
  explicit VerifySender(Stream<v1::VerifySegmentsResponse>& stream) : stream_(stream) {}

  bool OnProgress(const VerifyProgress& progress) override {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_progress_ < kBetweenProgress) return !stream_.call().stopped();
    last_progress_ = now;
    v1::VerifySegmentsResponse response;
    response.mutable_progress()->set_file(progress.file);
    response.mutable_progress()->set_done_bytes(progress.done_bytes);
    response.mutable_progress()->set_total_bytes(progress.total_bytes);
    return stream_.Send(response);
  }

  bool OnAnomaly(const Anomaly& anomaly) override {
    v1::VerifySegmentsResponse response;
    v1::Anomaly& out = *response.mutable_anomaly();
    out.set_kind(static_cast<v1::AnomalyKind>(anomaly.kind));
    out.set_severity(static_cast<v1::AnomalySeverity>(anomaly.severity));
    out.set_topic(anomaly.topic);
    out.set_partition(anomaly.partition);
    out.set_file(anomaly.file);
    if (anomaly.position >= 0) out.set_position_bytes(anomaly.position);
    if (anomaly.offset >= 0) out.set_offset(anomaly.offset);
    out.set_message(anomaly.message);
    return stream_.Send(response);
  }

 private:
  Stream<v1::VerifySegmentsResponse>& stream_;
  std::chrono::steady_clock::time_point last_progress_{};
};

Outcome<void> Verify(SegmentsPort& port, const v1::VerifySegmentsRequest& request,
                     Stream<v1::VerifySegmentsResponse>& stream) {
  if (request.has_partition() && request.topic().empty()) {
    return FailField("topic", "required with partition");
  }
  if (request.has_base_offset() && !request.has_partition()) {
    return FailField("partition", "required with base_offset");
  }
  VerifyScope scope{.topic = request.topic(),
                    .partition = {},
                    .segment_base_offset = {},
                    .check_records = request.check_records(),
                    .start_file = request.start_file()};
  if (request.has_partition()) scope.partition = request.partition();
  if (request.has_base_offset()) scope.segment_base_offset = request.base_offset();
  VerifySender sender(stream);
  const Outcome<VerifySummary> summary = port.Verify(scope, sender, stream.call().stop_token());
  if (!summary) return std::unexpected(summary.error());
  v1::VerifySegmentsResponse last;
  v1::VerifySummary& out = *last.mutable_summary();
  out.set_partition_count(summary->partition_count);
  out.set_segment_count(summary->segment_count);
  out.set_batch_count(summary->batch_count);
  out.set_record_count(summary->record_count);
  out.set_read_bytes(summary->read_bytes);
  out.set_warning_count(summary->warning_count);
  out.set_error_count(summary->error_count);
  stream.Send(last);
  return {};
}

}  // namespace

void AddSegments(MethodTable& table, SegmentsPort& port) {
  const std::string service = "/monkafka.admin.v1.SegmentsService/";
  table.AddRead<v1::ListSegmentsRequest>(
      service + "ListSegments", Role::kViewer,
      [&port](const auto& request, Call& call) { return ListSegments(port, request, call); });
  table.AddRead<v1::GetSegmentRequest>(
      service + "GetSegment", Role::kViewer,
      [&port](const auto& request, Call& call) { return GetSegment(port, request, call); });
  table.AddScan<v1::ReadBatchesRequest, v1::ReadBatchesResponse>(
      service + "ReadBatches", Role::kViewer,
      [&port](const auto& request, auto& stream) { return ReadBatches(port, request, stream); });
  table.AddScan<v1::VerifySegmentsRequest, v1::VerifySegmentsResponse>(
      service + "VerifySegments", Role::kViewer,
      [&port](const auto& request, auto& stream) { return Verify(port, request, stream); });
}

}  // namespace monkafka::admin
