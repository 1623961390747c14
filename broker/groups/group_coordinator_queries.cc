#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

#include "groups/errors.h"
#include "groups/gather.h"
#include "groups/group_coordinator.h"
#include "groups/group_queries.h"

namespace monkafka::groups {
namespace {

using protocol::DeleteGroupsRequest;
using protocol::DeleteGroupsResponse;
using protocol::DescribeGroupsRequest;
using protocol::DescribeGroupsResponse;
using protocol::ListGroupsRequest;
using protocol::ListGroupsResponse;

// Answers once everything that the shard wrote before is durable: `reply` gets the answer, or what
// `on_error` makes of it.
template <class T, class OnError>
void ReplyWhenDurable(Shard& shard, T answer, Callback<T> reply, OnError on_error) {
  Step step = shard.NewStep();
  step.Then([answer = std::move(answer), reply = std::move(reply), on_error = std::move(on_error)](
                ErrorCode error, Step&) mutable {
    if (error != ErrorCode::kNone) answer = on_error(ToCoordinatorError(error));
    reply(std::move(answer));
  });
  shard.Commit(step);
}

std::unexpected<Error> NoGroup(const std::string& group_id, ErrorCode error) {
  if (error == ErrorCode::kGroupIdNotFound) {
    return Fail(error, fmt::format("group {} does not exist", group_id));
  }
  return Fail(error, fmt::format("group {} cannot be read now: {}", group_id, ErrorName(error)));
}

template <class T>
void Append(std::vector<T>& to, std::vector<T> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

void GroupCoordinator::ListGroups(Received<ListGroupsRequest> received,
                                  Callback<ListGroupsResponse> reply) {
  const Shards* all = shards();
  if (all == nullptr) return reply({});  // no topic, no groups
  auto gather = std::make_shared<Gather<ListGroupsResponse>>(
      all->size(), [reply = std::move(reply)](std::vector<ListGroupsResponse> parts) mutable {
        ListGroupsResponse response;
        for (ListGroupsResponse& part : parts) {
          if (part.error_code != ErrorCode::kNone) response.error_code = part.error_code;
          Append(response.groups, std::move(part.groups));
        }
        reply(std::move(response));
      });
  auto request = std::make_shared<const Received<ListGroupsRequest>>(std::move(received));
  for (size_t i = 0; i < all->size(); ++i) {
    (*all)[i]->Post([request, gather, i](Shard& self) {
      auto part = ErrorResponse<ListGroupsResponse>(self.availability());
      if (part.error_code != ErrorCode::kNone) return gather->Set(i, std::move(part));
      part.groups = groups::ListGroups(self.groups(), request->message);
      ReplyWhenDurable<ListGroupsResponse>(
          self, std::move(part),
          [gather, i](ListGroupsResponse answer) { gather->Set(i, std::move(answer)); },
          &ErrorResponse<ListGroupsResponse>);
    });
  }
}

void GroupCoordinator::DescribeGroups(Received<DescribeGroupsRequest> received,
                                      Callback<DescribeGroupsResponse> reply) {
  using Described = DescribeGroupsResponse::Group;
  auto request = std::make_shared<const Received<DescribeGroupsRequest>>(std::move(received));
  const std::vector<std::string_view>& ids = request->message.groups;
  if (ids.empty()) return reply({});
  auto gather = std::make_shared<Gather<Described>>(
      ids.size(), [reply = std::move(reply)](std::vector<Described> groups) mutable {
        DescribeGroupsResponse response;
        response.groups = std::move(groups);
        reply(std::move(response));
      });
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto failed = [id = std::string(ids[i])](ErrorCode error) {
      Described group;
      group.group_id = id;
      group.error_code = error;
      return group;
    };
    const std::shared_ptr<Shard> shard = ShardOf(ids[i]);
    if (shard == nullptr) {
      gather->Set(i, failed(ErrorCode::kCoordinatorNotAvailable));
      continue;
    }
    shard->Post([request, gather, i, failed](Shard& self) {
      const ErrorCode unavailable = self.availability();
      if (unavailable != ErrorCode::kNone) return gather->Set(i, failed(unavailable));
      ReplyWhenDurable<Described>(
          self, DescribeGroup(self.groups(), request->message.groups[i], request->version),
          [gather, i](Described answer) { gather->Set(i, std::move(answer)); }, failed);
    });
  }
}

void GroupCoordinator::DeleteGroup(std::shared_ptr<const Received<DeleteGroupsRequest>> request,
                                   std::string_view group_id,
                                   Callback<DeleteGroupsResponse::Group> reply) {
  DeleteGroupsResponse::Group answer{.group_id = std::string(group_id)};
  const std::shared_ptr<Shard> shard = ShardOf(group_id);
  if (shard == nullptr) {
    answer.error_code = ErrorCode::kCoordinatorNotAvailable;
    return reply(std::move(answer));
  }
  shard->Post([request = std::move(request), answer = std::move(answer),
               reply = std::move(reply)](Shard& self) mutable {
    answer.error_code = self.availability();
    Step step = self.NewStep();
    if (answer.error_code == ErrorCode::kNone) {
      answer.error_code = self.offsets().DeleteGroup(answer.group_id, step);
    }
    if (answer.error_code != ErrorCode::kNone) return reply(std::move(answer));
    step.Then(
        [answer = std::move(answer), reply = std::move(reply)](ErrorCode error, Step&) mutable {
          answer.error_code = ToCoordinatorError(error);
          reply(std::move(answer));
        });
    self.Commit(step);
  });
}

void GroupCoordinator::DeleteGroups(Received<DeleteGroupsRequest> received,
                                    Callback<DeleteGroupsResponse> reply) {
  auto request = std::make_shared<const Received<DeleteGroupsRequest>>(std::move(received));
  std::vector<std::string_view> ids;
  std::unordered_set<std::string_view> seen;
  for (const std::string_view id : request->message.groups_names) {
    if (seen.insert(id).second) ids.push_back(id);
  }
  if (ids.empty()) return reply({});
  auto gather = std::make_shared<Gather<DeleteGroupsResponse::Group>>(
      ids.size(),
      [reply = std::move(reply)](std::vector<DeleteGroupsResponse::Group> groups) mutable {
        DeleteGroupsResponse response;
        response.results = std::move(groups);
        reply(std::move(response));
      });
  for (size_t i = 0; i < ids.size(); ++i) {
    DeleteGroup(request, ids[i], [gather, i](DeleteGroupsResponse::Group answer) {
      gather->Set(i, std::move(answer));
    });
  }
}

void GroupCoordinator::Summaries(Callback<Result<std::vector<GroupSummary>>> done) {
  using Part = Result<std::vector<GroupSummary>>;
  const Shards* all = shards();
  if (all == nullptr) return done(std::vector<GroupSummary>());  // no topic, no groups
  auto gather = std::make_shared<Gather<Part>>(
      all->size(), [done = std::move(done)](std::vector<Part> parts) mutable {
        std::vector<GroupSummary> summaries;
        for (Part& part : parts) {
          if (!part) return done(std::move(part));
          Append(summaries, std::move(*part));
        }
        std::ranges::sort(summaries, {}, &GroupSummary::group_id);
        done(std::move(summaries));
      });
  for (size_t i = 0; i < all->size(); ++i) {
    (*all)[i]->PostWhenLoaded([gather, i](Shard& self) {
      const auto failed = [partition = self.partition()](ErrorCode error) -> Part {
        return Fail(error, fmt::format("__consumer_offsets-{} is not ready", partition));
      };
      const ErrorCode unavailable = self.availability();
      if (unavailable != ErrorCode::kNone) return gather->Set(i, failed(unavailable));
      std::vector<GroupSummary> summaries;
      for (const auto& [id, group] : self.groups().groups()) {
        summaries.push_back(SummaryOf(*group, self.partition()));
      }
      ReplyWhenDurable<Part>(
          self, std::move(summaries), [gather, i](Part part) { gather->Set(i, std::move(part)); },
          failed);
    });
  }
}

void GroupCoordinator::Detail(std::string group_id, Callback<Result<GroupDetail>> done) {
  const std::shared_ptr<Shard> shard = ShardOf(group_id);
  if (shard == nullptr) return done(NoGroup(group_id, ErrorCode::kGroupIdNotFound));
  shard->PostWhenLoaded(
      [group_id = std::move(group_id), done = std::move(done)](Shard& self) mutable {
        const auto failed = [group_id](ErrorCode error) -> Result<GroupDetail> {
          return NoGroup(group_id, error);
        };
        const ErrorCode unavailable = self.availability();
        if (unavailable != ErrorCode::kNone) return done(failed(unavailable));
        const Group* group = self.groups().Find(group_id);
        Result<GroupDetail> answer = failed(ErrorCode::kGroupIdNotFound);
        if (group != nullptr) answer = DetailOf(*group, self.partition());
        ReplyWhenDurable<Result<GroupDetail>>(self, std::move(answer), std::move(done), failed);
      });
}

void GroupCoordinator::Statuses(Callback<std::vector<PartitionStatus>> done) {
  const Shards* all = shards();
  if (all == nullptr) return done({});
  auto gather = std::make_shared<Gather<PartitionStatus>>(all->size(), std::move(done));
  for (size_t i = 0; i < all->size(); ++i) {
    (*all)[i]->Post([gather, i](Shard& self) {
      gather->Set(i, {self.availability(), self.groups().groups().size()});
    });
  }
}

}  // namespace monkafka::groups
