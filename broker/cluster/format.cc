#include "cluster/format.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "common/bytes.h"
#include "common/log.h"
#include "storage/names.h"

namespace monkafka::cluster {
namespace {

constexpr std::string_view kFileName = "meta.properties";
// What an empty directory may hold: the volume's own directory, and what a crash in the middle of
// formatting leaves behind.
constexpr std::array<std::string_view, 3> kNobodys{"lost+found", storage::kLockFile,
                                                   "meta.properties.tmp"};

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\f\r";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Java escapes '=', ':', '#', '!' and '\' in what it stores.
std::string Unescape(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

std::map<std::string, std::string, std::less<>> ParseProperties(std::string_view text) {
  std::map<std::string, std::string, std::less<>> properties;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    const size_t separator = std::min(line.find_first_of("=:"), line.size());
    const std::string_view value = line.substr(std::min(separator + 1, line.size()));
    properties[Unescape(Trim(line.substr(0, separator)))] = Unescape(Trim(value));
  }
  return properties;
}

std::unexpected<Error> Refuse(std::string message) {
  return Fail(ErrorCode::kKafkaStorageError, std::move(message));
}

struct Found {
  std::optional<MetaProperties> properties;  // none: to be formatted
};

Result<Found> FindEmptyOrForeign(storage::FileSystem& file_system, const std::string& directory) {
  Result<std::vector<std::string>> names = file_system.List(directory);
  if (!names) return Forward(std::move(names));
  std::ranges::sort(*names);
  for (const std::string& name : *names) {
    if (std::ranges::find(kNobodys, name) == kNobodys.end()) {
      return Refuse(fmt::format(
          "{} holds '{}' but no meta.properties, so it is no data directory of a broker: give an "
          "empty directory",
          directory, name));
    }
  }
  return Found{};
}

// Reads only.
Result<Found> Inspect(storage::FileSystem& file_system, const std::string& directory,
                      int32_t node_id, const std::optional<std::string>& cluster_id) {
  Result<bool> exists = file_system.Exists(directory);
  if (!exists) return Forward(std::move(exists));
  if (!*exists) return Found{};
  Result<bool> is_directory = file_system.IsDirectory(directory);
  if (!is_directory) return Forward(std::move(is_directory));
  if (!*is_directory) return Refuse(directory + " is a file, not a directory");

  const std::string path = fmt::format("{}/{}", directory, kFileName);
  exists = file_system.Exists(path);
  if (!exists) return Forward(std::move(exists));
  if (!*exists) return FindEmptyOrForeign(file_system, directory);
  Result<std::vector<uint8_t>> text = storage::ReadWholeFile(file_system, path);
  if (!text) return Forward(std::move(text));
  Result<MetaProperties> properties = ParseMetaProperties(AsText(*text));
  if (!properties) return Refuse(fmt::format("{}: {}", path, properties.error().message));
  if (properties->node_id != node_id) {
    return Refuse(fmt::format(
        "{} belongs to node {} but this is node {}: set node.id={} or give another directory",
        directory, properties->node_id, node_id, properties->node_id));
  }
  if (cluster_id && *cluster_id != properties->cluster_id) {
    return Refuse(
        fmt::format("{} belongs to cluster {} but cluster {} is configured: give another directory",
                    directory, properties->cluster_id, *cluster_id));
  }
  return Found{std::move(*properties)};
}

Status Write(storage::FileSystem& file_system, const std::string& directory,
             const MetaProperties& properties) {
  return storage::WriteFileAtomically(file_system, fmt::format("{}/{}", directory, kFileName),
                                      AsBytes(FormatMetaProperties(properties)));
}

std::string ParentOf(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Creates the directory so that it is still there after a power cut: a directory that is new lasts
// only once the one above it is synced. One level after the other; the last one that is there may
// be what an attempt before left, so it is synced, too.
Status CreateDurably(storage::FileSystem& file_system, const std::string& directory) {
  std::vector<std::string> missing;
  std::string path = directory;
  for (;; path = ParentOf(path)) {
    Result<bool> exists = file_system.Exists(path);
    if (!exists) return Forward(std::move(exists));
    if (*exists) break;
    missing.push_back(path);
  }
  // One that may not be read cannot be synced: then an operator made what is in it.
  const bool readable = file_system.List(ParentOf(path)).has_value();
  if (readable) {
    if (Status status = file_system.SyncDirectory(ParentOf(path)); !status) return status;
  }
  for (; !missing.empty(); missing.pop_back()) {
    Status status = file_system.CreateDirectories(missing.back());
    if (status) status = file_system.SyncDirectory(ParentOf(missing.back()));
    if (!status) return status;
  }
  return {};
}

}  // namespace

Result<MetaProperties> ParseMetaProperties(std::string_view text) {
  const auto properties = ParseProperties(text);
  const auto value = [&](std::string_view key) -> std::optional<std::string_view> {
    const auto found = properties.find(key);
    if (found == properties.end()) return std::nullopt;
    return found->second;
  };
  const std::string_view version = value("version").value_or("0");
  if (version == "0") {
    return Refuse(
        "version 0 was written by a Kafka broker that uses ZooKeeper; only directories "
        "of KRaft can be opened");
  }
  if (version != "1") return Refuse(fmt::format("unknown version '{}'", version));

  MetaProperties parsed;
  const std::string_view node = value("node.id").value_or("");
  const auto [end, error] = std::from_chars(node.data(), node.data() + node.size(), parsed.node_id);
  if (error != std::errc{} || end != node.data() + node.size()) {
    return Refuse(fmt::format("node.id is '{}', not a number", node));
  }
  parsed.cluster_id = value("cluster.id").value_or("");
  if (parsed.cluster_id.empty()) return Refuse("cluster.id is missing");
  if (const auto id = value("directory.id")) {
    Result<Uuid> uuid = Uuid::Parse(*id);
    if (!uuid) return Refuse(fmt::format("directory.id: {}", uuid.error().message));
    parsed.directory_id = *uuid;
  }
  return parsed;
}

std::string FormatMetaProperties(const MetaProperties& properties) {
  std::string text = "#\nversion=1\n";
  text += fmt::format("cluster.id={}\nnode.id={}\n", properties.cluster_id, properties.node_id);
  if (properties.directory_id) {
    text += fmt::format("directory.id={}\n", properties.directory_id->ToString());
  }
  return text;
}

Result<DataDirectory> FormatOrOpen(storage::FileSystem& file_system, const std::string& directory,
                                   int32_t node_id, const std::optional<std::string>& cluster_id) {
  if (cluster_id && !Uuid::Parse(*cluster_id)) {
    return Refuse(
        fmt::format("cluster id '{}' is not the text of a Uuid (22 characters)", *cluster_id));
  }
  // First without the lock, whose file would already be a trace in a foreign directory.
  Result<Found> found = Inspect(file_system, directory, node_id, cluster_id);
  if (!found) return Forward(std::move(found));
  if (!found->properties) {
    if (Status status = CreateDurably(file_system, directory); !status) {
      return Forward(std::move(status));
    }
  }
  DataDirectory opened;
  auto lock = file_system.Lock(fmt::format("{}/{}", directory, storage::kLockFile));
  if (!lock) {
    return Refuse(fmt::format("{} cannot be locked, another broker may be using it: {}", directory,
                              lock.error().message));
  }
  opened.lock = std::move(*lock);
  // Again: another process may have formatted it in between.
  found = Inspect(file_system, directory, node_id, cluster_id);
  if (!found) return Forward(std::move(found));

  MetaProperties properties;
  const bool is_new = !found->properties;
  if (is_new) {
    properties.cluster_id = cluster_id.value_or(Uuid::Random().ToString());
    properties.node_id = node_id;
  } else {
    properties = std::move(*found->properties);
  }
  if (!properties.directory_id) {
    properties.directory_id = Uuid::Random();
    if (Status status = Write(file_system, directory, properties); !status) {
      return Forward(std::move(status));
    }
    LogInfo("{} {}: cluster.id={} node.id={} directory.id={}", is_new ? "formatted" : "completed",
            directory, properties.cluster_id, properties.node_id,
            properties.directory_id->ToString());
  }
  opened.cluster_id = std::move(properties.cluster_id);
  opened.directory_id = *properties.directory_id;
  return opened;
}

}  // namespace monkafka::cluster
