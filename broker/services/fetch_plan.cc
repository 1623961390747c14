#include "services/fetch_plan.h"

#include <utility>

#include "services/partition_lookup.h"

namespace monkafka::services {

using protocol::FetchRequest;
using protocol::FetchResponse;

void FetchItem::Fail(ErrorCode code) {
  result = {};
  result.partition_index = asked.partition;
  result.error_code = code;
  result.high_watermark = -1;
  result.records.emplace();
}

FetchPlan::FetchPlan(const FetchRequest& request, int16_t version, FetchSessionCache& cache)
    : request_(request), cache_(cache), uses_topic_ids_(version >= 13) {
  if (request.session_epoch == kInitialFetchEpoch || request.session_epoch == kFinalFetchEpoch) {
    if (request.session_id != kNoFetchSession) cache_.Remove(request.session_id);
    kind_ = request.session_epoch == kFinalFetchEpoch ? Kind::kWithoutSession : Kind::kOpensSession;
    TakeItemsFromRequest();
  } else {
    ContinueSession();
  }
}

void FetchPlan::ContinueSession() {
  session_ = cache_.Find(request_.session_id);
  if (!session_) {
    error_ = ErrorCode::kFetchSessionIdNotFound;
    return;
  }
  size_t partitions = 0;
  {
    FetchSession& session = *session_;
    MutexLock lock(session.mutex);
    if (session.epoch != request_.session_epoch) {
      error_ = ErrorCode::kInvalidFetchSessionEpoch;
      return;
    }
    if (session.uses_topic_ids != uses_topic_ids_) {
      error_ = ErrorCode::kFetchSessionTopicIdError;
      return;
    }
    session.Apply(request_);
    partitions = session.partitions.size();
    if (partitions > 0) {
      session.epoch = NextFetchEpoch(session.epoch);
      TakeItemsFromSession(session);
    }
  }
  if (partitions == 0) {
    // Nothing is left to fetch: the session ends and the client is told so by session id 0.
    cache_.Remove(session_->id);
    session_ = nullptr;
    return;
  }
  kind_ = Kind::kContinuesSession;
  cache_.Touch(session_->id, partitions);
}

void FetchPlan::TakeItemsFromRequest() {
  size_t count = 0;
  for (const FetchRequest::Topic& topic : request_.topics) count += topic.partitions.size();
  items_.reserve(count);
  for (const FetchRequest::Topic& topic : request_.topics) {
    for (const FetchRequest::Partition& asked : topic.partitions) {
      FetchItem& item = items_.emplace_back();
      item.topic = topic.topic;
      item.topic_id = topic.topic_id;
      item.asked = asked;
    }
  }
}

void FetchPlan::TakeItemsFromSession(FetchSession& session) {
  items_.reserve(session.partitions.size());
  for (auto place = session.partitions.begin(); place != session.partitions.end(); ++place) {
    FetchItem& item = items_.emplace_back();
    item.topic_owner = place->topic;
    if (place->topic) item.topic = *place->topic;
    item.topic_id = place->topic_id;
    item.asked = place->asked;
    item.place = place;
    item.led = place->led.lock();
  }
}

void FetchPlan::Resolve(const cluster::Cluster& cluster) {
  for (FetchItem& item : items_) ResolveItem(cluster, item);
}

void FetchPlan::ResolveItem(const cluster::Cluster& cluster, FetchItem& item) {
  if (item.led && !item.led->deleted()) return;
  LedPartition found = uses_topic_ids_ ? FindLed(cluster, item.topic_id, item.asked.partition)
                                       : FindLed(cluster, item.topic, item.asked.partition);
  if (found) {
    item.led = *std::move(found);
    return;
  }
  ErrorCode error = found.error();
  if (uses_topic_ids_ && !item.topic.empty() && error == ErrorCode::kUnknownTopicId) {
    // The session knew its name, which may belong to another topic now.
    const LedPartition same_name = FindLed(cluster, item.topic, item.asked.partition);
    error = same_name ? ErrorCode::kInconsistentTopicId : same_name.error();
  }
  item.led = nullptr;
  item.Fail(error);
}

FetchResponse FetchPlan::MakeResponse() {
  FetchResponse response;
  response.error_code = error_;
  if (error_ != ErrorCode::kNone) return response;
  if (kind_ == Kind::kOpensSession) OpenSession(response);
  if (kind_ == Kind::kContinuesSession) {
    response.session_id = session_->id;
    response.error_code = KeepWhatChanged();
    if (response.error_code != ErrorCode::kNone) return response;
  }
  for (FetchItem& item : items_) {
    if (item.left_out) continue;
    if (response.responses.empty() || !SameTopic(response.responses.back(), item)) {
      FetchResponse::Topic& topic = response.responses.emplace_back();
      topic.topic = item.topic;
      topic.topic_id = item.topic_id;
    }
    response.responses.back().partitions.push_back(std::move(item.result));
  }
  return response;
}

bool FetchPlan::SameTopic(const FetchResponse::Topic& topic, const FetchItem& item) const {
  return uses_topic_ids_ ? topic.topic_id == item.topic_id : topic.topic == item.topic;
}

std::shared_ptr<const std::string> FetchPlan::NameOf(
    const FetchItem& item, std::shared_ptr<const std::string> previous) const {
  if (item.topic_owner) return item.topic_owner;
  if (uses_topic_ids_ && !item.led) return nullptr;
  const std::string_view name =
      uses_topic_ids_ ? std::string_view(item.led->topic_partition().topic) : item.topic;
  if (previous && *previous == name) return previous;
  return std::make_shared<const std::string>(name);
}

void FetchPlan::OpenSession(FetchResponse& response) {
  if (items_.empty()) return;
  const auto session = cache_.Create(uses_topic_ids_, items_.size());
  if (!session) return;
  MutexLock lock(session->mutex);
  std::shared_ptr<const std::string> name;
  for (const FetchItem& item : items_) {
    name = NameOf(item, std::move(name));
    session->Add({.topic = name,
                  .topic_id = item.topic_id,
                  .asked = item.asked,
                  .high_watermark = item.result.high_watermark,
                  .log_start = item.result.log_start_offset,
                  .led = item.led});
  }
  response.session_id = session->id;
}

// Marks what the client need not be told, and remembers what it is told.
ErrorCode FetchPlan::KeepWhatChanged() {
  FetchSession& session = *session_;
  MutexLock lock(session.mutex);
  // A later request has changed the session meanwhile, and with it the places.
  if (session.epoch != NextFetchEpoch(request_.session_epoch)) {
    return ErrorCode::kInvalidFetchSessionEpoch;
  }
  std::shared_ptr<const std::string> name;
  for (FetchItem& item : items_) {
    FetchSessionPartition& known = *item.place;
    FetchResponse::Partition& result = item.result;
    const bool changed = item.bytes() > 0 || item.failed() || item.diverged() ||
                         known.high_watermark != result.high_watermark ||
                         known.log_start != result.log_start_offset;
    item.left_out = !changed;
    known.led = item.led;
    known.topic = name = NameOf(item, std::move(name));
    // After an error the partition is sent again when it is over.
    known.high_watermark = item.failed() ? -1 : result.high_watermark;
    known.log_start = result.log_start_offset;
    if (item.bytes() > 0) {
      session.partitions.splice(session.partitions.end(), session.partitions, item.place);
    }
  }
  return ErrorCode::kNone;
}

}  // namespace monkafka::services
