// Several things in one change that the server makes as a whole or not at all.
#pragma once

#include <grpcpp/support/status.h>

#include <functional>
#include <span>
#include <string>

#include "cli/session.h"

namespace monkafka::cli {

template <class Item>
struct WholeChange {
  using Items = std::span<const Item>;

  // Makes the change, and says what was answered when it is made.
  std::function<grpc::Status(Items)> make;
  // Whether a single one of several items may be what was refused.
  std::function<bool(const grpc::Status&)> concerns_one;
  // What completes "cannot ...".
  std::function<std::string(Items)> what;
};

// When the change is refused for one of the items it is made by halves, so that in the end just
// those stay that are refused by themselves, each with its reason. Throws the Failure of what is
// not halved; the others are printed.
template <class Item>
void MakeByHalves(Session& session, std::span<const Item> items, const WholeChange<Item>& change) {
  const grpc::Status status = change.make(items);
  if (items.size() < 2 || !change.concerns_one(status)) {
    return session.Check(status, change.what(items));
  }
  const size_t half = items.size() / 2;
  for (const std::span<const Item> part : {items.first(half), items.subspan(half)}) {
    session.Attempt([&] { MakeByHalves(session, part, change); });
  }
}

}  // namespace monkafka::cli
