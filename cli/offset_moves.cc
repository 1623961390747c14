#include "cli/offset_moves.h"

#include <fmt/format.h>

#include "cli/answers.h"
#include "monkafka/admin/v1/cluster.grpc.pb.h"

namespace monkafka::cli {

namespace v1 = ::monkafka::admin::v1;

const View<v1::OffsetMove>& MoveView() {
  using M = v1::OffsetMove;
  static const View<M> view{
      .items = "offsets",
      .name = [](const M& m) { return fmt::format("{}-{}", m.topic(), m.partition()); },
      .columns = {
          {"TOPIC", [](const M& m) { return Text(m.topic()); }},
          {"PARTITION", [](const M& m) { return Number(m.partition()); }},
          {"FROM", [](const M& m) { return NumberIf(m.has_from_offset(), m.from_offset()); }},
          {"TO", [](const M& m) { return NumberIf(m.has_to_offset(), m.to_offset()); }},
          {"SKIPPED", [](const M& m) { return Number(m.skipped_records()); }},
          {"REPLAYED", [](const M& m) { return Number(m.replayed_records()); }},
          {"NOTE", [](const M& m) { return Prose(m.note()); }},
      }};
  return view;
}

std::string SumOf(const MoveList& moves) {
  int64_t moved = 0;
  int64_t skipped = 0;
  int64_t replayed = 0;
  for (const v1::OffsetMove& move : moves) {
    if (Moves(move)) ++moved;
    skipped += move.skipped_records();
    replayed += move.replayed_records();
  }
  return fmt::format("{} of {} {}: {} skipped, {} replayed", Grouped(moved),
                     Count(moves.size(), "offset"), moved == 1 ? "moves" : "move",
                     Count(skipped, "record"), Grouped(replayed));
}

UndoFiles UndoFilesOf(Session& session, const std::string& group_id) {
  auto cluster = session.Call(&v1::ClusterService::Stub::GetCluster, v1::GetClusterRequest(),
                              "look up the cluster's id");
  return UndoFiles(StateDirectory(session.world().environment), cluster.cluster().cluster_id(),
                   group_id);
}

}  // namespace monkafka::cli
