#include "app/command_line.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "config/listeners.h"
#include "config/settings.h"
#include "config/tables.h"

namespace monkafka::app {
namespace {

constexpr int kUsage = 64;

constexpr const char* kDescription =
    "A Kafka broker in one binary. Without arguments it serves 127.0.0.1:9092 and keeps its data "
    "in\n"
    "./monkafka-data, which it formats itself when it is empty.";

constexpr const char* kFooter =
    R"(Settings are Kafka's: from server.properties, then KAFKA_* environment variables
(KAFKA_LOG_RETENTION_MS is log.retention.ms; "__" is "_", "___" is "-"), then flags; the last one wins.

Examples:
  monkafka                                           127.0.0.1:9092, data in ./monkafka-data
  monkafka --port 19092 --data-dir /var/lib/monkafka
  monkafka config/server.properties --override log.retention.hours=24
  monkafka --port 0 --ready-file ready --ephemeral   for test suites: any free port, told in the
                                                     file; the data is gone at exit

SIGTERM and SIGINT stop it cleanly. Exit codes: 0 stopped cleanly, 1 failed, 64 wrong usage.)";

struct Flags {
  std::string properties_file;
  std::optional<int> port;
  std::optional<std::string> host;
  std::optional<std::string> data_dir;
  std::optional<std::string> admin_listen;
  bool insecure = false;
  std::vector<std::string> overrides;
};

std::unexpected<Error> Usage(std::string message) {
  return Fail(ErrorCode::kInvalidRequest, std::move(message));
}

void Merge(config::SourcedValues& into, config::SourcedValues from) {
  for (auto& [key, value] : from) into[key] = std::move(value);
}

// A flag is typed by hand: what is unknown there is a mistake, not a warning.
Status AddOverride(config::SourcedValues& settings, const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Usage(fmt::format("--override {}: the form is key=value", text));
  }
  const std::string key = text.substr(0, equals);
  if (config::Find(config::BrokerTable(), key) == nullptr) {
    return Usage(fmt::format("--override {}: {}", text, config::DescribeUnknownKey(key)));
  }
  settings[key] = {text.substr(equals + 1), "--override"};
  return {};
}

std::string TextOf(const config::ListenerAddress& listener) {
  std::string host = listener.host;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return fmt::format("{}://{}:{}", listener.name, host, listener.port);
}

// Clients are told the same host as before, and the port: with --port 0 the one that is taken.
void AdvertisePort(config::SourcedValues& settings, const config::ListenerAddress& before,
                   int port) {
  const auto given = settings.find("advertised.listeners");
  if (given == settings.end()) return;
  auto advertised = config::ParseListeners(given->first, given->second.value);
  if (!advertised) return;  // said by who uses it
  std::string text;
  for (config::ListenerAddress& each : *advertised) {
    // Another port than the listener's is one that something else forwards from.
    if (each.name == before.name && (port == 0 || each.port == before.port)) each.port = port;
    text += (text.empty() ? "" : ",") + TextOf(each);
  }
  given->second.value = std::move(text);
}

// --port and --host change the one listener that there is.
Status ChangeListener(config::SourcedValues& settings, const Flags& flags) {
  const char* const flag = flags.port ? "--port" : "--host";
  const auto given = settings.find("listeners");
  const std::string present =
      given != settings.end()
          ? given->second.value
          : std::string(*config::Find(config::BrokerTable(), "listeners")->default_value);
  auto listeners = config::ParseListeners("listeners", present);
  if (!listeners) return {};  // said by who uses it
  if (listeners->size() > 1) {
    return Usage(fmt::format(
        "{} changes the only listener, and there are {} ({}: listeners={}); say which is to be "
        "what with --override listeners=...",
        flag, listeners->size(), given->second.origin, present));
  }
  const config::ListenerAddress before = listeners->front();
  config::ListenerAddress listener = before;
  if (flags.host) listener.host = *flags.host;
  if (flags.port) {
    listener.port = *flags.port;
    AdvertisePort(settings, before, listener.port);
  }
  settings["listeners"] = {TextOf(listener), flag};
  return {};
}

Status AddFlags(config::SourcedValues& settings, const Flags& flags, bool ephemeral) {
  for (const std::string& text : flags.overrides) {
    if (Status added = AddOverride(settings, text); !added) return added;
  }
  if (flags.port || flags.host) {
    if (Status changed = ChangeListener(settings, flags); !changed) return changed;
  }
  if (flags.admin_listen)
    settings["monkafka.admin.listen"] = {*flags.admin_listen, "--admin-listen"};
  if (flags.insecure) settings["monkafka.admin.insecure"] = {"true", "--insecure"};
  if (flags.data_dir) {
    if (ephemeral) return Usage("--data-dir and --ephemeral exclude each other");
    settings.erase("log.dirs");
    settings["log.dir"] = {*flags.data_dir, "--data-dir"};
  }
  return {};
}

// To its end, for it may be a pipe; a configuration is small.
Result<config::SourcedValues> ReadProperties(const std::string& path) {
  constexpr size_t kLargest = 1 << 20;
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
  if (!file) return Usage(fmt::format("open {}: {}", path, std::strerror(errno)));
  std::string text(kLargest + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return Usage(fmt::format("{} cannot be read", path));
  if (text.size() > kLargest) return Usage(fmt::format("{} is no configuration: too large", path));
  return config::ParseProperties(text, path);
}

CommandLineOutcome Exit(int code, std::string text) { return {true, code, std::move(text), {}}; }

}  // namespace

CommandLineOutcome ParseCommandLine(int argc, const char* const* argv,
                                    const char* const* environment) {
  CommandLine line;
  Flags flags;
  CLI::App app(kDescription, "monkafka");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("monkafka ") + MONKAFKA_VERSION);
  app.add_option("server.properties", flags.properties_file, "A file of settings in Kafka's form");
  app.add_option("--port", flags.port,
                 "Port to serve, instead of the one in listeners; 0 takes a free one")
      ->check(CLI::Range(0, 65535));
  app.add_option("--host", flags.host,
                 "Address to serve, instead of the one in listeners (default 127.0.0.1)");
  app.add_option("--data-dir", flags.data_dir, "Directory of the data (default ./monkafka-data)");
  app.add_flag("--ephemeral", line.ephemeral, "Data in a temporary directory, removed at exit");
  app.add_option("--ready-file", line.ready_file,
                 "File that gets one line host:port once connections are accepted");
  app.add_option("--admin-listen", flags.admin_listen,
                 "Where the admin service listens: HOST:PORT, unix:PATH, both with a comma, or off "
                 "(default 127.0.0.1:9095; a free port with --port 0)");
  app.add_option("--admin-ready-file", line.admin_ready_file,
                 "File that gets one line with the admin service's address");
  app.add_flag("--insecure", flags.insecure,
               "Let other machines use the admin service without TLS and tokens");
  app.add_option("--override", flags.overrides, "key=value: a setting, as often as needed")
      ->allow_extra_args(false);
  app.add_flag("--verbose", line.verbose, "Log more");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Exit(0, app.help());
  } catch (const CLI::CallForVersion&) {
    return Exit(0, app.version() + "\n");
  } catch (const CLI::ParseError& error) {
    return Exit(kUsage, fmt::format("monkafka: {}; see monkafka --help\n", error.what()));
  }

  if (!flags.properties_file.empty()) {
    Result<config::SourcedValues> values = ReadProperties(flags.properties_file);
    if (!values) return Exit(1, fmt::format("monkafka: {}\n", values.error().message));
    line.settings = *std::move(values);
  }
  Merge(line.settings, config::FromEnvironment(environment));
  if (Status added = AddFlags(line.settings, flags, line.ephemeral); !added) {
    return Exit(kUsage, fmt::format("monkafka: {}\n", added.error().message));
  }
  return {false, 0, {}, std::move(line)};
}

}  // namespace monkafka::app
