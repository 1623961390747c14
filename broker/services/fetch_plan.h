// What one Fetch request asks for once its session was consulted, and the reply that follows from
// what was read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/cluster.h"
#include "protocol/fetch.h"
#include "services/fetch_session.h"

namespace monkafka::services {

// One partition to fetch, and what came of it.
struct FetchItem {
  std::string_view topic;  // of the request or the session; empty while only its id is known
  std::shared_ptr<const std::string> topic_owner;  // of the session
  Uuid topic_id;
  protocol::FetchRequest::Partition asked;
  FetchSession::Partitions::iterator place;  // in the session, if it has one

  // Null: `result` says why.
  std::shared_ptr<cluster::Partition> led;
  Offset seen_end = -1;  // how far it could be read when it was read
  protocol::FetchResponse::Partition result;
  bool left_out = false;  // of the reply: the session's client knows it already

  int64_t bytes() const { return result.records ? result.records->size() : 0; }
  bool failed() const { return result.error_code != ErrorCode::kNone; }
  bool diverged() const { return result.diverging_epoch.epoch >= 0; }
  void Fail(ErrorCode code);
};

class FetchPlan {
 public:
  // The request stays valid as long as the plan and the responses made from it.
  FetchPlan(const protocol::FetchRequest& request, int16_t version, FetchSessionCache& cache);

  // The session is not known or not at this epoch: nothing is to be fetched.
  ErrorCode error() const { return error_; }
  std::vector<FetchItem>& items() { return items_; }

  // Finds the partitions.
  void Resolve(const cluster::Cluster& cluster);
  // Takes the results out of the items. Opens the session if one was asked for.
  protocol::FetchResponse MakeResponse();

 private:
  enum class Kind { kWithoutSession, kOpensSession, kContinuesSession };

  void ContinueSession();
  void TakeItemsFromRequest();
  void TakeItemsFromSession(FetchSession& session) REQUIRES(session.mutex);
  void OpenSession(protocol::FetchResponse& response);
  ErrorCode KeepWhatChanged();
  // The name of the item's topic as a session keeps it, shared with the item before.
  std::shared_ptr<const std::string> NameOf(const FetchItem& item,
                                            std::shared_ptr<const std::string> previous) const;
  bool SameTopic(const protocol::FetchResponse::Topic& topic, const FetchItem& item) const;
  void ResolveItem(const cluster::Cluster& cluster, FetchItem& item);

  const protocol::FetchRequest& request_;
  FetchSessionCache& cache_;
  const bool uses_topic_ids_;
  ErrorCode error_ = ErrorCode::kNone;
  Kind kind_ = Kind::kWithoutSession;
  std::shared_ptr<FetchSession> session_;  // kContinuesSession
  std::vector<FetchItem> items_;
};

}  // namespace monkafka::services
