// A limit for each of many: so many at once of one name. Safe from any thread.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "common/mutex.h"

namespace monkafka::admin {

class PlacesByName {
 public:
  // Given back when it goes, which is before PlacesByName does.
  class Place {
   public:
    Place(PlacesByName& places, std::string name) : places_(places), name_(std::move(name)) {}
    ~Place() { places_.GiveBack(name_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    PlacesByName& places_;
    const std::string name_;
  };

  // nullptr: `most` of this name are taken.
  std::unique_ptr<Place> Take(const std::string& name, size_t most) {
    MutexLock lock(mutex_);
    size_t& taken = taken_[name];
    if (taken >= most) return nullptr;
    ++taken;
    return std::make_unique<Place>(*this, name);
  }

 private:
  void GiveBack(const std::string& name) {
    MutexLock lock(mutex_);
    const auto found = taken_.find(name);
    if (--found->second == 0) taken_.erase(found);
  }

  Mutex mutex_;
  std::map<std::string, size_t> taken_ GUARDED_BY(mutex_);  // without zeros
};

}  // namespace monkafka::admin
