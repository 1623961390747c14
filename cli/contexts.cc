#include "cli/contexts.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "cli/failure.h"
#include "cli/files.h"
#include "cli/output/text.h"

namespace monkafka::cli {
namespace {

// The keys of a context in the file. Only those with a value are written.
struct Key {
  const char* name;
  std::string Context::* value;
};

constexpr Key kKeys[] = {
    {"endpoint", &Context::endpoint},
    {"ca", &Context::ca},
    {"cert", &Context::cert},
    {"key", &Context::key},
    {"server_name", &Context::server_name},
    {"token_file", &Context::token_file},
};

[[noreturn]] void ThrowAt(const std::string& file, const YAML::Mark& mark,
                          const std::string& what) {
  throw Failure(fmt::format("{}:{}: {}", file, mark.line + 1, what),
                "mend the file, or remove it and add the contexts anew");
}

Context ParseContext(const YAML::Node& node, const std::string& file) {
  Context context;
  if (!node.IsMap()) ThrowAt(file, node.Mark(), "a context is a map with an endpoint");
  for (const auto& entry : node) {
    auto name = entry.first.as<std::string>();
    if (name == "protected") {
      context.is_protected = entry.second.as<bool>();
      continue;
    }
    bool known = false;
    for (const Key& key : kKeys) {
      if (name != key.name) continue;
      context.*key.value = entry.second.as<std::string>();
      known = true;
    }
    if (!known) ThrowAt(file, entry.first.Mark(), fmt::format("unknown key {}", name));
  }
  if (context.endpoint.empty()) ThrowAt(file, node.Mark(), "this context has no endpoint");
  return context;
}

}  // namespace

Contexts ParseContexts(std::string_view text, const std::string& file) {
  try {
    Contexts contexts;
    YAML::Node root = YAML::Load(std::string(text));
    if (root.IsNull()) return contexts;
    if (!root.IsMap()) ThrowAt(file, root.Mark(), "expected the keys current and contexts");
    if (root["current"]) contexts.current = root["current"].as<std::string>();
    for (const auto& entry : root["contexts"]) {
      contexts.by_name[entry.first.as<std::string>()] = ParseContext(entry.second, file);
    }
    return contexts;
  } catch (const YAML::Exception& error) {
    ThrowAt(file, error.mark, error.msg);
  }
}

std::string WriteContexts(const Contexts& contexts) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  if (!contexts.current.empty()) out << YAML::Key << "current" << YAML::Value << contexts.current;
  out << YAML::Key << "contexts" << YAML::Value << YAML::BeginMap;
  for (const auto& [name, context] : contexts.by_name) {
    out << YAML::Key << name << YAML::Value << YAML::BeginMap;
    for (const Key& key : kKeys) {
      const std::string& value = context.*key.value;
      if (!value.empty()) out << YAML::Key << key.name << YAML::Value << value;
    }
    if (context.is_protected) out << YAML::Key << "protected" << YAML::Value << true;
    out << YAML::EndMap;
  }
  out << YAML::EndMap << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

Contexts LoadContexts(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return {};
  return ParseContexts(ReadFile(file), file.string());
}

void SaveContexts(const std::filesystem::path& file, const Contexts& contexts) {
  WriteFile(file, WriteContexts(contexts));
}

}  // namespace monkafka::cli
