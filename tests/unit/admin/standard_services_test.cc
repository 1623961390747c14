#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/create_channel_posix.h>
#include <sys/socket.h>

#include <array>

#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "monkafka/admin/v1/topics.grpc.pb.h"
#include "unit/admin/served.h"

namespace monkafka::admin {
namespace {

using grpc::health::v1::HealthCheckResponse;
using testing::Contains;

TEST(Health, WatchTellsWhenTheServerDrains) {
  Served served;
  const auto stub = grpc::health::v1::Health::NewStub(served.channel);
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckRequest request;
  request.set_service("monkafka.admin.v1.TopicsService");
  HealthCheckResponse response;
  auto stream = stub->Watch(&context, request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  served.service->Drain();
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);

  grpc::ClientContext check;
  ASSERT_TRUE(stub->Check(&check, {}, &response).ok());
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  context.TryCancel();
}

TEST(Health, UnknownServiceIsNotFoundAndWatchedAsUnknown) {
  Served served;
  const auto stub = grpc::health::v1::Health::NewStub(served.channel);
  grpc::health::v1::HealthCheckRequest request;
  request.set_service("no.such.Service");
  HealthCheckResponse response;
  grpc::ClientContext check;
  EXPECT_EQ(stub->Check(&check, request, &response).error_code(), grpc::StatusCode::NOT_FOUND);
  grpc::ClientContext context;
  auto stream = stub->Watch(&context, request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  context.TryCancel();
}

TEST(Reflection, ListsServicesAndGivesFilesWithWhatTheyImport) {
  Served served;
  const auto stub = grpc::reflection::v1::ServerReflection::NewStub(served.channel);
  grpc::ClientContext context;
  auto stream = stub->ServerReflectionInfo(&context);
  grpc::reflection::v1::ServerReflectionRequest request;
  grpc::reflection::v1::ServerReflectionResponse response;
  request.set_list_services("*");
  stream->Write(request);
  ASSERT_TRUE(stream->Read(&response));
  std::vector<std::string> names;
  for (const auto& service : response.list_services_response().service()) {
    names.push_back(service.name());
  }
  EXPECT_THAT(names, Contains("monkafka.admin.v1.TopicsService"));
  EXPECT_THAT(names, Contains("grpc.health.v1.Health"));
  for (const std::string& name : names) {
    request.set_file_containing_symbol(name);
    stream->Write(request);
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_TRUE(response.has_file_descriptor_response()) << name;
  }

  request.set_file_containing_symbol("monkafka.admin.v1.TopicsService.ListTopics");
  stream->Write(request);
  ASSERT_TRUE(stream->Read(&response));
  std::vector<std::string> files;
  for (const auto& bytes : response.file_descriptor_response().file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto file;
    ASSERT_TRUE(file.ParseFromString(bytes));
    files.push_back(file.name());
  }
  EXPECT_THAT(files, Contains("monkafka/admin/v1/topics.proto"));
  EXPECT_THAT(files, Contains("monkafka/admin/v1/common.proto"));

  request.set_file_containing_symbol("no.such.Symbol");
  stream->Write(request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.error_response().error_code(), grpc::StatusCode::NOT_FOUND);
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

// A method of a proto that has no row would answer UNIMPLEMENTED for ever.
TEST(MethodTable, HasEveryMethodOfTheServicesItServes) {
  Served served;
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  int methods = 0;
  for (const std::string& name : served.service->table().Services()) {
    const auto* service = pool->FindServiceByName(name);
    if (service == nullptr) continue;  // an alias of reflection's
    for (int i = 0; i < service->method_count(); ++i) {
      const auto* method = service->method(i);
      const Method* row = served.service->table().Find("/" + name + "/" + method->name());
      ASSERT_NE(row, nullptr) << method->full_name();
      EXPECT_EQ(row->streaming, method->server_streaming()) << method->full_name();
      EXPECT_EQ(row->mutation, method->input_type()->FindFieldByName("request_id") != nullptr)
          << method->full_name();
      ++methods;
    }
  }
  EXPECT_EQ(methods, 5 + 8 + 4 + 3 + 7 + 4 + 3 + 2 + 4 + 2 + 1);
}

TEST(Server, ServesASocketThatItIsGiven) {
  Served served;
  served.topics.Add("orders");
  std::array<int, 2> pair{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()), 0);
  served.server->Adopt(pair[0], Transport::kUnix, Admission::kServed);
  const auto channel = grpc::CreateInsecureChannelFromFd("test", pair[1]);
  const auto stub = v1::TopicsService::NewStub(channel);
  grpc::ClientContext context;
  v1::GetTopicRequest request;
  request.set_name("orders");
  v1::GetTopicResponse response;
  const grpc::Status status = stub->GetTopic(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.topic().name(), "orders");
}

}  // namespace
}  // namespace monkafka::admin
