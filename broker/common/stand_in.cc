#include "common/stand_in.h"

#include <utility>

namespace monkafka {
namespace {

thread_local StandIn* stand_in_of_this_thread = nullptr;

}  // namespace

StandIn::StandIn() {
  if (stand_in_of_this_thread == nullptr) stand_in_of_this_thread = this;
}

StandIn::~StandIn() {
  if (stand_in_of_this_thread != this) return;
  if (!noted_.empty()) {
    const std::shared_ptr<Sleeper> mine = std::move(noted_.back());
    noted_.pop_back();
    WakeAll();  // first, as they need not wait for ours
    mine->StandInForIt();
    WakeAll();  // whom that work has noted
  }
  stand_in_of_this_thread = nullptr;
}

StandIn* StandIn::OfThisThread() { return stand_in_of_this_thread; }

void StandIn::WakeNoted() {
  if (stand_in_of_this_thread != nullptr) stand_in_of_this_thread->WakeAll();
}

void StandIn::WakeAll() {
  for (const std::shared_ptr<Sleeper>& sleeper : std::exchange(noted_, {})) sleeper->Wake();
}

}  // namespace monkafka
