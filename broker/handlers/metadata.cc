// Metadata: who leads what, and where to connect.
#include "protocol/metadata.h"

#include <optional>
#include <string>
#include <utility>

#include "common/log.h"
#include "handlers/authorized_operations.h"
#include "handlers/handlers.h"
#include "handlers/partition_states.h"
#include "services/topic_names.h"

namespace monkafka::handlers {
namespace {

using protocol::MetadataRequest;
using protocol::MetadataResponse;

// The first version whose requests may name topics by id.
constexpr int16_t kFirstVersionWithIds = 12;
// Clients of older versions know no LISTENER_NOT_FOUND.
constexpr int16_t kFirstVersionWithListenerError = 6;

class MetadataAnswer {
 public:
  MetadataAnswer(Context& ctx, const Request<MetadataRequest>& request)
      : ctx_(ctx),
        message_(request.message()),
        version_(request.version()),
        listener_(request.connection().listener),
        image_(ctx.cluster.Image()) {}

  MetadataResponse Make() {
    AddBrokers();
    response_.cluster_id = image_->cluster_id;
    response_.controller_id = ctx_.cluster.node_id();  // any live broker takes requests for it
    if (message_.include_cluster_authorized_operations) {
      response_.cluster_authorized_operations = kClusterOperations;
    }
    if (AsksForAll()) {
      for (const auto& [name, topic] : image_->topics) Add(*topic);
    } else if (AsksInvalidly()) {
      for (const auto& asked : *message_.topics) {
        Add(ErrorCode::kInvalidRequest, std::string(asked.name.value_or("")), asked.topic_id);
      }
    } else {
      for (const auto& asked : *message_.topics) AddAsked(asked);
    }
    return std::move(response_);
  }

 private:
  bool AsksForAll() const {
    return !message_.topics || (version_ == 0 && message_.topics->empty());
  }

  bool AsksInvalidly() const {
    if (version_ >= kFirstVersionWithIds) return false;
    return std::ranges::any_of(*message_.topics, [](const MetadataRequest::Topic& topic) {
      return !topic.name || !topic.topic_id.IsZero();
    });
  }

  void AddBrokers() {
    for (const auto& [id, broker] : image_->brokers) {
      const cluster::Endpoint* endpoint = FindEndpoint(*image_, id, listener_);
      if (endpoint == nullptr) continue;
      response_.brokers.push_back(
          {id, endpoint->host, endpoint->port,
           broker.rack.empty() ? std::nullopt : std::optional<std::string>(broker.rack)});
    }
  }

  // A request with an id anywhere is one by ids; names in it are not looked at, as in Kafka.
  void AddAsked(const MetadataRequest::Topic& asked) {
    if (!asked.topic_id.IsZero()) {
      if (const cluster::TopicImage* topic = image_->FindTopic(asked.topic_id)) {
        Add(*topic);
      } else {
        Add(ErrorCode::kUnknownTopicId, std::nullopt, asked.topic_id);
      }
      return;
    }
    const std::string_view name = asked.name.value_or("");
    if (const cluster::TopicImage* topic = image_->FindTopic(name)) {
      Add(*topic);
    } else {
      AddMissing(std::string(name));
    }
  }

  // The creation is only started: the client asks again until the topic is there.
  void AddMissing(std::string name) {
    ErrorCode error = CodeOf(services::ValidateTopicName(name));
    if (error == ErrorCode::kNone) {
      error = ErrorCode::kUnknownTopicOrPartition;
      if (ctx_.options.auto_create_topics && message_.allow_auto_topic_creation) {
        ctx_.topics.CreateIfMissing(name, [name](Status created) {
          if (created) return;
          LogWarning("topic {} could not be created automatically: {} {}", name,
                     ErrorName(created.error().code), created.error().message);
        });
      }
    }
    Add(error, std::move(name), {});
  }

  void Add(ErrorCode error, std::optional<std::string> name, const Uuid& id) {
    MetadataResponse::Topic& topic = response_.topics.emplace_back();
    topic.error_code = error;
    topic.is_internal = name && cluster::IsInternalTopic(*name);
    topic.name = std::move(name);
    topic.topic_id = id;
    AddOperations(topic);
  }

  void Add(const cluster::TopicImage& image) {
    MetadataResponse::Topic& topic = response_.topics.emplace_back();
    topic.name = image.name;
    topic.topic_id = image.id;
    topic.is_internal = cluster::IsInternalTopic(image.name);
    topic.partitions.reserve(image.partitions.size());
    const ErrorCode no_listener = version_ >= kFirstVersionWithListenerError
                                      ? ErrorCode::kListenerNotFound
                                      : ErrorCode::kLeaderNotAvailable;
    for (size_t i = 0; i < image.partitions.size(); ++i) {
      topic.partitions.push_back(DescribePartition<MetadataResponse::Partition>(
          *image_, listener_, image.partitions[i], static_cast<int32_t>(i), no_listener));
    }
    AddOperations(topic);
  }

  void AddOperations(MetadataResponse::Topic& topic) const {
    if (!message_.include_topic_authorized_operations) return;
    if (topic.error_code == ErrorCode::kUnknownTopicId) return;
    topic.topic_authorized_operations = kTopicOperations;
  }

  Context& ctx_;
  const MetadataRequest& message_;
  const int16_t version_;
  const std::string_view listener_;
  const std::shared_ptr<const cluster::MetadataImage> image_;
  MetadataResponse response_;
};

}  // namespace

void HandleMetadata(Context& ctx, RequestPtr<MetadataRequest> request) {
  request->Respond(MetadataAnswer(ctx, *request).Make());
}

}  // namespace monkafka::handlers
