#include "cli/contexts.h"

#include <gtest/gtest.h>

#include "cli/failure.h"
#include "cli/target.h"

namespace monkafka::cli {
namespace {

Contexts TwoContexts() {
  Contexts contexts;
  contexts.current = "local";
  contexts.by_name["local"].endpoint = "127.0.0.1:9095";
  Context& production = contexts.by_name["production"];
  production.endpoint = "kafka.example.net:9095";
  production.is_protected = true;
  production.token_file = "/run/token";
  return contexts;
}

Environment Variables(std::map<std::string, std::string> variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

std::string WhatIsWrong(std::string_view text) {
  try {
    ParseContexts(text, "contexts.yaml");
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "nothing";
}

TEST(ContextsTest, WhatIsWrittenIsRead) {
  Contexts read = ParseContexts(WriteContexts(TwoContexts()), "contexts.yaml");
  EXPECT_EQ(read.current, "local");
  ASSERT_EQ(read.by_name.size(), 2U);
  EXPECT_EQ(read.by_name["local"].endpoint, "127.0.0.1:9095");
  EXPECT_FALSE(read.by_name["local"].is_protected);
  EXPECT_TRUE(read.by_name["production"].is_protected);
  EXPECT_EQ(read.by_name["production"].token_file, "/run/token");
}

TEST(ContextsTest, AnEmptyFileHasNone) { EXPECT_TRUE(ParseContexts("", "f").by_name.empty()); }

TEST(ContextsTest, ErrorsNameTheLine) {
  EXPECT_EQ(WhatIsWrong("contexts:\n  a:\n    endpont: x\n"),
            "contexts.yaml:3: unknown key endpont");
  EXPECT_EQ(WhatIsWrong("contexts:\n  a:\n    protected: true\n"),
            "contexts.yaml:3: this context has no endpoint");
  EXPECT_EQ(WhatIsWrong("- a\n"), "contexts.yaml:1: expected the keys current and contexts");
}

TEST(TargetTest, AnEndpointWinsOverEveryContext) {
  auto environment =
      Variables({{"MONKAFKACTL_ENDPOINT", "b:2"}, {"MONKAFKACTL_CONTEXT", "production"}});
  TargetOptions options;
  options.endpoint = "a:1";
  Target target = ResolveTarget(options, TwoContexts(), environment);
  EXPECT_EQ(target.context.endpoint, "a:1");
  EXPECT_EQ(target.context.token_file, "");
  EXPECT_EQ(ResolveTarget({}, TwoContexts(), environment).context.endpoint, "b:2");
}

TEST(TargetTest, AnEndpointDoesNotTakeTheProtectionOfANamedContext) {
  TargetOptions options;
  options.endpoint = "a:1";
  auto by_variable = Variables({{"MONKAFKACTL_CONTEXT", "production"}});
  EXPECT_TRUE(ResolveTarget(options, TwoContexts(), by_variable).context.is_protected);
  options.context = "production";
  Target target = ResolveTarget(options, TwoContexts(), Variables({}));
  EXPECT_EQ(target.context.endpoint, "a:1");
  EXPECT_EQ(target.context_name, "production");
  EXPECT_TRUE(target.context.is_protected);
}

TEST(TargetTest, TheCurrentContextProtectsItsOwnEndpoint) {
  Contexts contexts = TwoContexts();
  contexts.current = "production";
  TargetOptions options;
  options.endpoint = "kafka.example.net:9095";
  EXPECT_TRUE(ResolveTarget(options, contexts, Variables({})).context.is_protected);
  options.endpoint = "a:1";
  Target target = ResolveTarget(options, contexts, Variables({}));
  EXPECT_FALSE(target.context.is_protected);
  EXPECT_EQ(target.passed_over, "production");
}

TEST(TargetTest, ProtectionHoldsForEverySpellingOfTheAddress) {
  const Resolver resolve = [](const std::string& host) -> std::vector<std::string> {
    if (host == "localhost") return {"::1", "127.0.0.1"};
    if (host == "127.1") return {"127.0.0.1"};
    if (host == "alias") return {"10.0.0.7"};
    if (host == "unknown") return {};
    return {host};
  };
  Contexts contexts;
  contexts.current = "laptop";
  contexts.by_name["laptop"].endpoint = "127.0.0.1:1";
  contexts.by_name["production"].endpoint = "127.0.0.1:9095";
  contexts.by_name["production"].is_protected = true;
  contexts.by_name["far"].endpoint = "10.0.0.7:9095";
  contexts.by_name["far"].is_protected = true;
  const auto protecting = [&](const std::string& endpoint) {
    TargetOptions options;
    options.endpoint = endpoint;
    return ResolveTarget(options, contexts, Variables({}), resolve).context_name;
  };
  for (const char* same :
       {"127.0.0.1:9095", "localhost:9095", "127.1:9095", "[::ffff:127.0.0.1]:9095", "[::1]:9095",
        "0.0.0.0:9095", "127.0.0.1:09095"}) {
    EXPECT_EQ(protecting(same), "production") << same;
  }
  EXPECT_EQ(protecting("alias:9095"), "far");
  EXPECT_EQ(protecting("localhost:9096"), "");
  EXPECT_EQ(protecting("unknown:9095"), "");
  EXPECT_EQ(protecting("10.0.0.8:9095"), "");
}

TEST(TargetTest, ACurrentContextIsAsProtectedAsAnotherOfItsAddress) {
  const Resolver resolve = [](const std::string& host) { return std::vector<std::string>{host}; };
  Contexts contexts;
  contexts.current = "quick";
  contexts.by_name["quick"].endpoint = "10.0.0.7:9095";
  contexts.by_name["production"].endpoint = "10.0.0.7:9095";
  contexts.by_name["production"].is_protected = true;
  Target target = ResolveTarget({}, contexts, Variables({}), resolve);
  EXPECT_TRUE(target.context.is_protected);
  EXPECT_EQ(target.context_name, "production");
  TargetOptions named;
  named.context = "quick";
  EXPECT_FALSE(ResolveTarget(named, contexts, Variables({}), resolve).context.is_protected)
      << "it was meant";
}

TEST(TargetTest, NamesAreTheSameWhateverTheirCase) {
  const Resolver none = [](const std::string&) { return std::vector<std::string>(); };
  EXPECT_TRUE(SameEndpoint("LOCALHOST:9095", "localhost:9095", none));
  EXPECT_TRUE(SameEndpoint("kafka.example.net.:9095", "Kafka.example.net:9095", none));
  EXPECT_TRUE(SameEndpoint("unix:/run/./monkafka.sock", "unix:///run/monkafka.sock", none));
  EXPECT_FALSE(SameEndpoint("unix:/run/monkafka.sock", "localhost:9095", none));
  EXPECT_FALSE(SameEndpoint("a:9095", "b:9095", none));
}

TEST(TargetTest, AContextThatIsNamedWinsOverTheVariableWithAnEndpoint) {
  TargetOptions options;
  options.context = "production";
  Target target =
      ResolveTarget(options, TwoContexts(), Variables({{"MONKAFKACTL_ENDPOINT", "b:2"}}));
  EXPECT_EQ(target.context.endpoint, "kafka.example.net:9095");
  EXPECT_TRUE(target.context.is_protected);
}

TEST(TargetTest, ThenComeTheContextVariableTheCurrentOneAndTheDefault) {
  EXPECT_EQ(ResolveTarget({}, TwoContexts(), Variables({{"MONKAFKACTL_CONTEXT", "production"}}))
                .context_name,
            "production");
  EXPECT_EQ(ResolveTarget({}, TwoContexts(), Variables({})).context_name, "local");
  EXPECT_EQ(ResolveTarget({}, {}, Variables({})).context.endpoint, kDefaultEndpoint);
}

TEST(TargetTest, CredentialOptionsWinOverTheContext) {
  TargetOptions options;
  options.context = "production";
  options.token_file = "mine";
  EXPECT_EQ(ResolveTarget(options, TwoContexts(), Variables({})).context.token_file, "mine");
}

TEST(TargetTest, AnUnknownContextSuggestsTheNearest) {
  TargetOptions options;
  options.context = "producton";
  try {
    ResolveTarget(options, TwoContexts(), Variables({}));
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit_code(), kUsage);
    EXPECT_EQ(failure.next(), "did you mean production?");
  }
}

TEST(TargetTest, EndpointsAreHostAndPortOrASocket) {
  for (const char* good : {"127.0.0.1:9095", "[::1]:1", "host:65535", "unix:/run/monkafka.sock"}) {
    EXPECT_NO_THROW(CheckEndpoint(good)) << good;
  }
  for (const char* bad :
       {"", "host", "host:", ":9095", "host:0", "host:65536", "host:9o95", "unix:"}) {
    EXPECT_THROW(CheckEndpoint(bad), Failure) << bad;
  }
}

}  // namespace
}  // namespace monkafka::cli
