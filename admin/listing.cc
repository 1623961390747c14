#include "admin/listing.h"

#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>

#include <numeric>

#include "admin/base64.h"

namespace monkafka::admin {
namespace {

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> Split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    parts.push_back(Trim(text.substr(0, comma)));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return parts;
}

std::unexpected<Failure> BadToken() {
  Failure failure = FailField("page_token",
                              "not a token of this server for this request; every other field "
                              "must be as it was, else begin again without a token")
                        .error();
  failure.reason = "PAGE_TOKEN_INVALID";
  return std::unexpected(std::move(failure));
}

}  // namespace

Outcome<Listing> Listing::Parse(const google::protobuf::Descriptor& item,
                                const ListRequest& request, std::string_view natural_order) {
  Listing listing;
  Outcome<Filter> filter = Filter::Parse(item, request.filter);
  if (!filter) return std::unexpected(std::move(filter).error());
  listing.filter_ = *std::move(filter);

  if (Outcome<void> order = listing.ParseOrder(item, request.order_by); !order) {
    return std::unexpected(std::move(order).error());
  }
  listing.natural_ = listing.order_.empty();
  for (const std::string_view field : Split(natural_order)) {
    listing.order_.push_back({*FieldPath::Parse(item, field, "order_by"), false});
    ++listing.natural_count_;
  }

  if (request.page_size < 0) return FailField("page_size", "negative");
  if (request.page_size > 0) {
    listing.page_size_ = static_cast<size_t>(std::min(request.page_size, kMaxPageSize));
  }
  listing.hash_ = request.hash;
  if (Outcome<void> token = listing.ParseToken(request.page_token); !token) {
    return std::unexpected(std::move(token).error());
  }
  return listing;
}

Outcome<void> Listing::ParseOrder(const google::protobuf::Descriptor& item,
                                  std::string_view order_by) {
  for (std::string_view field : Split(order_by)) {
    const size_t space = field.find(' ');
    const std::string_view direction = Trim(field.substr(std::min(space, field.size())));
    if (!direction.empty() && direction != "desc" && direction != "asc") {
      return FailField("order_by", fmt::format("\"{}\" is neither asc nor desc", direction));
    }
    Outcome<FieldPath> path = FieldPath::Parse(item, field.substr(0, space), "order_by");
    if (!path) return std::unexpected(std::move(path).error());
    if (!path->Comparable() || path->in_map()) {
      return FailField("order_by", std::string(field.substr(0, space)) + " has no order");
    }
    order_.push_back({*std::move(path), direction == "desc"});
  }
  return {};
}

// A token is a ListValue: the hash, then of each field of the order its number, its integer and its
// text. Numbers are texts too, so that none is rounded.
Outcome<void> Listing::ParseToken(std::string_view token) {
  if (token.empty()) return {};
  google::protobuf::ListValue list;
  const auto bytes = Base64UrlDecode(token);
  if (!bytes || !list.ParseFromString(*bytes)) return BadToken();
  if (list.values_size() != Index(1 + 3 * order_.size())) return BadToken();
  if (list.values(0).string_value() != std::to_string(hash_)) return BadToken();
  for (int i = 1; i < list.values_size(); i += 3) {
    FieldValue value;
    value.number = list.values(i).number_value();
    value.integer = std::strtoll(list.values(i + 1).string_value().c_str(), nullptr, 10);
    value.text = list.values(i + 2).string_value();
    cursor_.push_back(std::move(value));
  }
  for (size_t i = order_.size() - natural_count_; i < order_.size(); ++i) {
    after_.push_back(cursor_[i]);
  }
  return {};
}

std::string Listing::TokenAfter(const Key& key) const {
  google::protobuf::ListValue list;
  list.add_values()->set_string_value(std::to_string(hash_));
  for (const FieldValue& value : key) {
    list.add_values()->set_number_value(value.number);
    list.add_values()->set_string_value(std::to_string(value.integer));
    list.add_values()->set_string_value(value.text);
  }
  return Base64UrlEncode(list.SerializeAsString());
}

Listing::Key Listing::KeyOf(const google::protobuf::Message& item) const {
  Key key;
  key.reserve(order_.size());
  for (const Order& order : order_) key.push_back(order.path.Of(item));
  return key;
}

bool Listing::Before(const Key& a, const Key& b) const {
  for (size_t i = 0; i < order_.size(); ++i) {
    const int order = FieldValue::Compare(a[i], b[i]);
    if (order != 0) return (order < 0) != order_[i].descending;
  }
  return false;
}

std::vector<size_t> Listing::Choose(const std::vector<Key>& keys) const {
  std::vector<size_t> chosen(keys.size());
  std::iota(chosen.begin(), chosen.end(), size_t{0});
  if (!cursor_.empty()) {
    std::erase_if(chosen, [&](size_t index) { return !Before(cursor_, keys[index]); });
  }
  std::sort(chosen.begin(), chosen.end(),
            [&](size_t a, size_t b) { return Before(keys[a], keys[b]); });
  return chosen;
}

}  // namespace monkafka::admin
