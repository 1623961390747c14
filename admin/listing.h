// Filter, order and pages of a list method (AIP-132, 158, 160), for any message that is listed.
//
// A page token says where in the order the page before ended, not how many items there were: what
// is created or deleted meanwhile neither repeats nor hides others. It holds a hash of the request,
// so that it is of use for the same question alone.
//
// Threads: one listing serves one request.
#pragma once

#include <google/protobuf/message.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/field_path.h"
#include "admin/filter.h"
#include "admin/messages.h"
#include "admin/port/failure.h"

namespace monkafka::admin {

struct ListRequest {
  std::string_view filter;
  std::string_view order_by;
  int32_t page_size = 0;
  std::string_view page_token;
  uint64_t hash = 0;  // of everything else
};

// From a request that has these fields.
template <class Request>
ListRequest ListRequestOf(const Request& request) {
  Request rest = request;
  rest.clear_page_size();
  rest.clear_page_token();
  ListRequest list;
  list.page_size = request.page_size();
  list.page_token = request.page_token();
  list.hash = HashOf(rest);
  if constexpr (requires { request.filter(); }) list.filter = request.filter();
  if constexpr (requires { request.order_by(); }) list.order_by = request.order_by();
  return list;
}

class Listing {
 public:
  static constexpr int32_t kDefaultPageSize = 500;
  static constexpr int32_t kMaxPageSize = 10'000;

  // natural_order: fields, separated by commas, that order the items and tell them apart.
  static Outcome<Listing> Parse(const google::protobuf::Descriptor& item,
                                const ListRequest& request, std::string_view natural_order);

  size_t page_size() const { return page_size_; }
  bool Matches(const google::protobuf::Message& item) const { return filter_.Matches(item); }

  // Whether the order is the natural one, so that a source in that order need not be read whole.
  bool natural() const { return natural_; }
  // The natural fields of the last item of the page before; empty on the first page. They come from
  // the client: any values.
  const std::vector<FieldValue>& after() const { return after_; }

  // Takes from `items`, which match and are all there are, the page; the token of the next page.
  template <class Items>
  std::string Cut(Items& items) const {
    std::vector<Key> keys;
    keys.reserve(static_cast<size_t>(items.size()));
    for (const auto& item : items) keys.push_back(KeyOf(item));
    std::vector<size_t> chosen = Choose(keys);
    const bool more = chosen.size() > page_size_;
    if (more) chosen.resize(page_size_);
    Items page;
    for (const size_t index : chosen) *page.Add() = std::move(*items.Mutable(Index(index)));
    items = std::move(page);
    return more ? TokenAfter(keys[chosen.back()]) : std::string();
  }

  // The token of the page after this item, when the caller cuts pages by itself.
  std::string TokenAfter(const google::protobuf::Message& item) const {
    return TokenAfter(KeyOf(item));
  }

 private:
  using Key = std::vector<FieldValue>;
  struct Order {
    FieldPath path;
    bool descending = false;
  };

  static int Index(size_t index) { return static_cast<int>(index); }
  Outcome<void> ParseOrder(const google::protobuf::Descriptor& item, std::string_view order_by);
  Outcome<void> ParseToken(std::string_view token);
  Key KeyOf(const google::protobuf::Message& item) const;
  bool Before(const Key& a, const Key& b) const;
  // Those after the cursor, in order.
  std::vector<size_t> Choose(const std::vector<Key>& keys) const;
  std::string TokenAfter(const Key& key) const;

  Filter filter_;
  std::vector<Order> order_;
  bool natural_ = true;
  size_t natural_count_ = 0;  // the last so many of order_ are the natural ones
  size_t page_size_ = kDefaultPageSize;
  uint64_t hash_ = 0;
  Key cursor_;  // empty: none
  std::vector<FieldValue> after_;
};

// The whole of a simple list method: filters, orders and cuts what is in `response`.
template <class Request, class Response, class Items>
Outcome<Response> ListAll(const Request& request, Response response, Items* (Response::*items)(),
                          std::string_view natural_order) {
  Items& all = *(response.*items)();
  Outcome<Listing> listing =
      Listing::Parse(*Items::value_type::descriptor(), ListRequestOf(request), natural_order);
  if (!listing) return std::unexpected(std::move(listing).error());
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](const auto& item) { return !listing->Matches(item); }),
            all.end());
  response.set_next_page_token(listing->Cut(all));
  return response;
}

}  // namespace monkafka::admin
