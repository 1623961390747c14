// What tail, read and search send.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "admin/port/records.h"
#include "monkafka/admin/v1/records.pb.h"

namespace monkafka::admin {

void Fill(const std::string& topic, int32_t partition, const RecordView& record,
          int32_t max_field_bytes, v1::PartitionRecord& out);
void Fill(const ScanProgress& progress, v1::ScanProgress& out);
// Without a resume token.
void Fill(const ScanSummary& summary, v1::ScanSummary& out);

// Sends records many to a message: a message of its own costs a record more than reading it does.
// A message goes out when it is large enough, and before there is anything to wait for.
template <class Response>
class RecordSender : public ScanSink {
 public:
  static constexpr size_t kMessageBytes = 64 << 10;  // or one record, which may be larger
  static constexpr int kMessageRecords = 1000;

  // `send` is given each message; false: nothing more is wanted.
  RecordSender(std::string topic, int32_t max_field_bytes,
               std::function<bool(const Response&)> send)
      : topic_(std::move(topic)), max_field_bytes_(max_field_bytes), send_(std::move(send)) {}

  bool OnRecord(int32_t partition, const RecordView& record) override {
    auto& records = *message_.mutable_records();
    v1::PartitionRecord& added = *records.Add();
    Fill(topic_, partition, record, max_field_bytes_, added);
    const size_t size = added.ByteSizeLong();
    bool wanted = true;
    if (bytes_ + size > kMessageBytes && records.size() > 1) {
      v1::PartitionRecord last = std::move(added);
      records.RemoveLast();
      wanted = Flush();
      *records.Add() = std::move(last);
    }
    bytes_ += size;
    const bool full = bytes_ >= kMessageBytes || records.size() >= kMessageRecords;
    return full ? Flush() && wanted : wanted;
  }

  bool Flush() override {
    if (message_.records().empty()) return true;
    const bool wanted = send_(message_);
    message_.clear_records();
    bytes_ = 0;
    return wanted;
  }

  bool OnProgress(const ScanProgress&) override { return true; }

 private:
  const std::string topic_;
  const int32_t max_field_bytes_;
  const std::function<bool(const Response&)> send_;
  Response message_;
  size_t bytes_ = 0;
};

}  // namespace monkafka::admin
