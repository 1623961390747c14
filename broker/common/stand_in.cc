#include "common/stand_in.h"

#include <cstddef>
#include <utility>

#include "common/check.h"

namespace monkafka {
namespace {

constexpr size_t kMostInTurn = 16;

thread_local StandIn* stand_in_of_this_thread = nullptr;

}  // namespace

StandIn::StandIn() {
  CHECK(stand_in_of_this_thread == nullptr);
  stand_in_of_this_thread = this;
}

StandIn::~StandIn() {
  for (size_t i = 0; i < noted_.size(); ++i) {
    // Not a reference: the work may note others.
    const std::shared_ptr<Sleeper> sleeper = noted_[i];
    if (i < kMostInTurn) {
      sleeper->StandInForIt();
    } else {
      sleeper->Wake();
    }
  }
  stand_in_of_this_thread = nullptr;
}

bool StandIn::Note(std::shared_ptr<Sleeper> sleeper) {
  if (stand_in_of_this_thread == nullptr) return false;
  stand_in_of_this_thread->noted_.push_back(std::move(sleeper));
  return true;
}

}  // namespace monkafka
