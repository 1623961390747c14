#include "cli/producer.h"

#include <fmt/format.h>

#include <map>
#include <numeric>

#include "cli/answers.h"
#include "cli/shell.h"
#include "monkafka/admin/v1/records.grpc.pb.h"

namespace monkafka::cli {
namespace {

using Stub = v1::RecordsService::Stub;

bool IsTooLarge(const v1::ProducedRecord& record) {
  return record.error().starts_with("MESSAGE_TOO_LARGE");
}

std::vector<Cell> ProducedCells(const v1::ProducedRecord& record) {
  return {Number(record.partition()), NumberIf(record.offset() >= 0, record.offset()),
          TimestampCell(record.timestamp_ms()), Prose(record.error(), Tone::kBad)};
}

}  // namespace

Producer::Producer(Session& session, v1::ProduceRecordsRequest request)
    : session_(session),
      items_(session.printer(), {"PARTITION", "OFFSET", "TIMESTAMP", "ERROR"},
             ItemStream::Pace::kBulk, "records"),
      request_(std::move(request)) {}

void Producer::Add(v1::NewRecord record) {
  constexpr std::chrono::milliseconds kLinger{100};
  constexpr int kMostRecords = 5'000;
  constexpr size_t kMostBytes = 900'000;  // a broker's usual limit for a batch is 1 MiB
  const size_t bytes = record.ByteSizeLong();
  if (request_.records_size() >= kMostRecords || (bytes_ > 0 && bytes_ + bytes > kMostBytes)) {
    Send();
  }
  const auto now = std::chrono::steady_clock::now();
  if (request_.records().empty()) first_added_ = now;
  bytes_ += bytes;
  *request_.add_records() = std::move(record);
  if (now - first_added_ >= kLinger) Send();
}

void Producer::Send() {
  if (request_.records().empty()) return;
  Answers answers(static_cast<size_t>(request_.records_size()));
  std::vector<int> all(answers.size());
  std::iota(all.begin(), all.end(), 0);
  try {
    SendThese(all, answers);
  } catch (const Failure&) {
    Show(answers);
    throw;
  }
  Show(answers);
  session_.printer().out().flush();
  request_.clear_records();
  bytes_ = 0;
}

// A topic may take less in a batch than a request holds. The records of a batch that is too large
// are sent again by halves, as Kafka's producers do, until what is refused is a single record.
void Producer::SendThese(std::span<const int> which, Answers& answers) {
  v1::ProduceRecordsRequest part;
  const bool whole = which.size() == answers.size();
  if (!whole) {
    part.set_topic(request_.topic());
    part.set_compression_type(request_.compression_type());
    part.set_acks(request_.acks());
    part.set_validate_only(request_.validate_only());
    for (const int index : which) *part.add_records() = request_.records(index);
  }
  v1::ProduceRecordsRequest& request = whole ? request_ : part;
  request.set_request_id(Session::NewRequestId());
  v1::ProduceRecordsResponse response;
  const grpc::Status status = session_.TryCall(&Stub::ProduceRecords, request, &response);
  if (const auto refused = ReadRefusedSize(status)) ThrowTooLarge(which.front(), *refused);
  session_.Check(status, "produce to " + request_.topic());

  std::map<int32_t, int> sharing;  // records of a batch that is too large, by partition
  for (const v1::ProducedRecord& record : response.records()) {
    if (IsTooLarge(record)) ++sharing[record.partition()];
  }
  std::vector<int> again;
  for (size_t i = 0; i < which.size(); ++i) {
    const v1::ProducedRecord& record = response.records(static_cast<int>(i));
    if (IsTooLarge(record) && sharing[record.partition()] > 1) {
      again.push_back(which[i]);
      request_.mutable_records(which[i])->set_partition(record.partition());
    } else {
      answers[static_cast<size_t>(which[i])] = record;
    }
  }
  if (again.empty()) return;
  const std::span<const int> left(again);
  SendThese(left.first(left.size() / 2), answers);
  SendThese(left.subspan(left.size() / 2), answers);
}

void Producer::Show(const Answers& answers) {
  bool gap = false;  // of parts of a request, some may be answered and others not
  for (const auto& record : answers) {
    gap |= !record;
    if (!record) continue;
    const bool failed = !record->error().empty();
    (failed ? failed_ : produced_) += 1;
    if (!gap) ++answered_;
    if (!gap && failed) ++refused_;
    if (IsTooLarge(*record)) ++too_large_;
    items_.Add(
        *record,
        [&] {
          return fmt::format("{}-{}@{}", request_.topic(), record->partition(), record->offset());
        },
        [&] { return ProducedCells(*record); });
  }
}

void Producer::Finish() {
  items_.Finish();
  session_.Note(fmt::format("{} {}{}", Count(produced_, "record"),
                            request_.validate_only() ? "would be produced" : "produced",
                            failed_ > 0 ? fmt::format(", {} failed", Grouped(failed_)) : ""));
  if (too_large_ > 0) {
    session_.Note("to take larger records: " +
                  session_.CommandHere(
                      {"topic", "alter", request_.topic(), "--set", "max.message.bytes=BYTES"}));
  }
  if (failed_ > 0) session_.set_exit_code(kFailed);
}

// Just a single record makes a request that is larger than the admin service takes.
void Producer::ThrowTooLarge(int index, const RefusedSize& size) const {
  throw Failure(
      fmt::format("cannot produce to {}: record {} has {}, and the admin service takes {} at once",
                  request_.topic(), answered_ + index + 1,
                  FormatSize(static_cast<int64_t>(request_.records(index).ByteSizeLong())),
                  FormatSize(size.most)),
      "a Kafka client may produce it, when max.message.bytes of the topic is as large");
}

}  // namespace monkafka::cli
