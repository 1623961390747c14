#include "admin/reflection.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <set>

#include "grpc/reflection/v1/reflection.pb.h"

namespace monkafka::admin {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;
using Services = std::vector<std::string>;

// What the protocol was called before it was finished; served for old clients, but not listed, for
// nothing describes it.
constexpr char kOldName[] = "grpc.reflection.v1alpha.ServerReflection";

void Refuse(grpc::StatusCode code, const std::string& message, ServerReflectionResponse& out) {
  out.mutable_error_response()->set_error_code(code);
  out.mutable_error_response()->set_error_message(message);
}

void AddFile(const FileDescriptor& file, std::set<const FileDescriptor*>& added,
             ServerReflectionResponse& out) {
  if (!added.insert(&file).second) return;
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  out.mutable_file_descriptor_response()->add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file.dependency_count(); ++i) AddFile(*file.dependency(i), added, out);
}

void AnswerFile(const FileDescriptor* file, const std::string& name,
                ServerReflectionResponse& out) {
  if (file == nullptr) return Refuse(grpc::StatusCode::NOT_FOUND, name + " is not known", out);
  std::set<const FileDescriptor*> added;
  AddFile(*file, added, out);
}

void AnswerExtension(const grpc::reflection::v1::ExtensionRequest& extension,
                     ServerReflectionResponse& out) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  const auto* message = pool.FindMessageTypeByName(extension.containing_type());
  const auto* field = message == nullptr
                          ? nullptr
                          : pool.FindExtensionByNumber(message, extension.extension_number());
  AnswerFile(field == nullptr ? nullptr : field->file(), extension.containing_type(), out);
}

void AnswerNumbers(const std::string& type, ServerReflectionResponse& out) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  const auto* message = pool.FindMessageTypeByName(type);
  if (message == nullptr) return Refuse(grpc::StatusCode::NOT_FOUND, type + " is not known", out);
  out.mutable_all_extension_numbers_response()->set_base_type_name(type);
  std::vector<const google::protobuf::FieldDescriptor*> extensions;
  pool.FindAllExtensions(message, &extensions);
  for (const auto* extension : extensions) {
    out.mutable_all_extension_numbers_response()->add_extension_number(extension->number());
  }
}

ServerReflectionResponse Answer(const ServerReflectionRequest& request, const Services& services) {
  using Case = ServerReflectionRequest::MessageRequestCase;
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  ServerReflectionResponse out;
  out.set_valid_host(request.host());
  *out.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case Case::kFileByFilename:
      AnswerFile(pool.FindFileByName(request.file_by_filename()), request.file_by_filename(), out);
      break;
    case Case::kFileContainingSymbol:
      AnswerFile(pool.FindFileContainingSymbol(request.file_containing_symbol()),
                 request.file_containing_symbol(), out);
      break;
    case Case::kFileContainingExtension:
      AnswerExtension(request.file_containing_extension(), out);
      break;
    case Case::kAllExtensionNumbersOfType:
      AnswerNumbers(request.all_extension_numbers_of_type(), out);
      break;
    case Case::kListServices:
      for (const std::string& service : services) {
        if (service == kOldName) continue;
        out.mutable_list_services_response()->add_service()->set_name(service);
      }
      break;
    case Case::MESSAGE_REQUEST_NOT_SET:
      Refuse(grpc::StatusCode::INVALID_ARGUMENT, "no question", out);
  }
  return out;
}

}  // namespace

void AddReflection(MethodTable& table) {
  for (const char* version : {"v1", "v1alpha"}) {
    table.Add({.path = std::string("/grpc.reflection.") + version +
                       ".ServerReflection/ServerReflectionInfo",
               .role = Role::kViewer,
               .streaming = true,
               .conversation = true,
               .run = [&table](const CallPtr& call, auto bytes) {
                 ServerReflectionRequest request;
                 if (!ParseMessage(std::move(bytes), request)) {
                   return call->Finish({grpc::StatusCode::INVALID_ARGUMENT, "not a question"});
                 }
                 call->Offer(SerializeMessage(Answer(request, table.Services())));
               }});
  }
}

}  // namespace monkafka::admin
