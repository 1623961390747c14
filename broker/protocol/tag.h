// A tagged field (KIP-482), as message structs name it in their visitor:
//
//   io.tags(Tag{0, m.current_leader, io.version >= 10}, Tag{1, m.epoch, true, int64_t{-1}});
//
// Tags are listed in ascending order. A field is written only when it differs from its default, as
// Kafka's own serializer does; a tag that is not of this version is skipped like an unknown one.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace monkafka::protocol {

template <class T>
struct Tag {
  using Value = std::remove_const_t<T>;

  Tag(uint32_t number_, T& value_, bool in_version_ = true, Value default_value_ = {})
      : number(number_),
        value(value_),
        in_version(in_version_),
        default_value(std::move(default_value_)) {}

  bool IsPresent() const { return in_version && !(value == default_value); }

  uint32_t number;
  T& value;
  bool in_version;
  Value default_value;
};

template <class T>
Tag(uint32_t, T&) -> Tag<T>;
template <class T>
Tag(uint32_t, T&, bool) -> Tag<T>;
template <class T, class D>
Tag(uint32_t, T&, bool, D) -> Tag<T>;

}  // namespace monkafka::protocol
