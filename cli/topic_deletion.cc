#include "cli/topic_deletion.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>

#include "cli/answers.h"
#include "cli/by_halves.h"
#include "cli/command.h"
#include "monkafka/admin/v1/topics.grpc.pb.h"

namespace monkafka::cli::topic {
namespace {

using Stub = v1::TopicsService::Stub;

using Names = std::span<const std::string>;

// So many at once: the broker's log names each of them in one line, and the progress moves on.
constexpr size_t kMostAtOnce = 500;

struct DeleteFlags : MutationFlags {
  std::vector<std::string> names;
  bool if_exists = false;
  bool allow_internal = false;
};

template <class Request>
Request MakeRequest(const DeleteFlags& flags) {
  Request request;
  request.set_allow_missing(flags.if_exists);
  request.set_allow_internal(flags.allow_internal);
  request.set_validate_only(flags.dry_run);
  request.set_request_id(Session::NewRequestId());
  return request;
}

std::string Missing(const std::string& name) {
  return fmt::format("topic {} does not exist: nothing to do", name);
}

// What is lost with topics.
class Loss {
 public:
  void Add(const v1::Topic& topic) {
    partitions_ += topic.partition_count();
    records_ += topic.record_count();
    bytes_ += topic.size_bytes();
  }
  std::string Text() const {
    return fmt::format("{}, {}, {}", Count(partitions_, "partition"), Count(records_, "record"),
                       FormatSize(bytes_));
  }

 private:
  int64_t partitions_ = 0;
  int64_t records_ = 0;
  int64_t bytes_ = 0;
};

std::string Deleted(const DeleteFlags& flags, const v1::Topic& topic) {
  Loss loss;
  loss.Add(topic);
  return fmt::format("topic {} {}: {}", topic.name(),
                     flags.dry_run ? "would be deleted" : "deleted", loss.Text());
}

void DeleteOne(Session& session, const DeleteFlags& flags, const std::string& name) {
  auto request = MakeRequest<v1::DeleteTopicRequest>(flags);
  request.set_name(name);
  auto response = session.Call(&Stub::DeleteTopic, request, "delete topic " + name);
  session.Announce(response, name,
                   response.has_topic() ? Deleted(flags, response.topic()) : Missing(name));
}

void AnnounceDeleted(Session& session, const DeleteFlags& flags, Names names,
                     const v1::BatchDeleteTopicsResponse& response) {
  if (!session.printer().for_people()) {
    static const View<v1::Topic> view{.items = "topics",
                                      .name = [](const v1::Topic& topic) { return topic.name(); },
                                      .columns = {}};
    return session.ShowList(response, response.topics(), view);
  }
  std::map<std::string_view, const v1::Topic*> deleted;
  for (const v1::Topic& topic : response.topics()) deleted[topic.name()] = &topic;
  for (const std::string& name : names) {
    const auto found = deleted.find(name);
    session.Note(found == deleted.end() ? Missing(name) : Deleted(flags, *found->second));
  }
}

// Whether a single one of the topics may be what was refused.
bool ConcernsOneTopic(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::NOT_FOUND ||
         status.error_code() == grpc::StatusCode::FAILED_PRECONDITION ||
         status.error_code() == grpc::StatusCode::INVALID_ARGUMENT;
}

using Answer = std::function<void(Names, const v1::BatchDeleteTopicsResponse&)>;

void DeleteTogether(Session& session, const DeleteFlags& flags, Names names, const Answer& answer) {
  const WholeChange<std::string> deletion{
      .make =
          [&](Names some) {
            auto request = MakeRequest<v1::BatchDeleteTopicsRequest>(flags);
            request.mutable_names()->Add(some.begin(), some.end());
            v1::BatchDeleteTopicsResponse response;
            grpc::Status status = session.TryCall(&Stub::BatchDeleteTopics, request, &response);
            if (status.ok()) answer(some, response);
            return status;
          },
      .concerns_one = ConcernsOneTopic,
      .what =
          [](Names some) {
            return some.size() == 1 ? "delete topic " + some.front()
                                    : fmt::format("delete {} topics", some.size());
          }};
  MakeByHalves(session, names, deletion);
}

// Asks, if it must, with what would be lost. Topics that are refused are left out of the names:
// that has been said then, and they are not tried again.
void ConfirmDeletion(Session& session, DeleteFlags& flags) {
  std::string loss;
  if (session.Asks(flags.yes)) {
    DeleteFlags preview = flags;
    preview.dry_run = true;
    std::vector<std::string> possible;
    Loss sum;
    bool any = false;
    const Answer count = [&](Names names, const v1::BatchDeleteTopicsResponse& response) {
      possible.insert(possible.end(), names.begin(), names.end());
      for (const v1::Topic& topic : response.topics()) sum.Add(topic);
      any = any || !response.topics().empty();
    };
    const Names all(flags.names);
    for (size_t at = 0; at < all.size(); at += kMostAtOnce) {
      const Names some = all.subspan(at, std::min(kMostAtOnce, all.size() - at));
      const auto look = [&] { DeleteTogether(session, preview, some, count); };
      all.size() == 1 ? look() : session.Attempt(look);
    }
    flags.names = possible;
    if (!any) return;  // with --if-exists there may be nothing to ask about
    loss = fmt::format(" ({})", sum.Text());
  }
  session.Confirm(fmt::format("delete {} with all records{}", Named(flags.names), loss), flags.yes);
}

void Delete(Session& session, DeleteFlags flags) {
  std::set<std::string> seen;
  std::erase_if(flags.names, [&](const std::string& name) { return !seen.insert(name).second; });
  const bool one = flags.names.size() == 1;
  if (!flags.dry_run) ConfirmDeletion(session, flags);
  if (flags.names.empty()) return;
  if (one) return DeleteOne(session, flags, flags.names.front());
  Loss sum;
  session.ForEachBatch("delete", flags.names, kMostAtOnce, [&](Names names) {
    DeleteTogether(session, flags, names,
                   [&](Names asked, const v1::BatchDeleteTopicsResponse& response) {
                     for (const v1::Topic& topic : response.topics()) sum.Add(topic);
                     AnnounceDeleted(session, flags, asked, response);
                   });
  });
  if (flags.dry_run && session.printer().for_people()) session.Note("in all " + sum.Text());
}

}  // namespace

void AddDelete(CLI::App& noun, Session& session) {
  CLI::App* verb = AddVerb(noun, "delete", "Delete topics with all their records",
                           {"monkafkactl topic delete orders --yes",
                            "monkafkactl topic delete old-orders --if-exists --yes",
                            "monkafkactl topic delete orders --dry-run"});
  auto flags = std::make_shared<DeleteFlags>();
  SetCompletion(verb->add_option("topic", flags->names, "Their names")->required(),
                Completion::kTopic);
  AddIfExists(verb, flags->if_exists, "topic");
  verb->add_flag("--allow-internal", flags->allow_internal,
                 "Also topics in which the broker keeps its own state, as __consumer_offsets");
  AddMutationFlags(verb, *flags, /*destructive=*/true);
  verb->callback([flags, &session] { Delete(session, *flags); });
}

}  // namespace monkafka::cli::topic
