// `pillion serve -c`: which of four sources a value comes from, and what is said of a file that is
// wrong. Expectations are docs/configuration.md's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdlib.h>

#include <string>

#include "tests/support/command_test.h"

namespace {

using pillion::testing::CommandTest;
using pillion::testing::Outcome;
using pillion::testing::ReadFile;
using ::testing::HasSubstr;
using ::testing::Not;

class ConfigTest : public CommandTest {
 protected:
  std::string File(const std::string& text) const { return Write("pillion.yaml", text).string(); }
  Outcome Check(const std::string& text) const {
    return Run("serve --check-config -c " + File(text));
  }
};

TEST_F(ConfigTest, TheLineComesBeforeTheEnvironmentBeforeTheFileBeforeDefaults) {
  const std::string file = File(
      "models: /models\n"
      "workers: 1\n"
      "spin: never\n"
      "drain_ms: 7\n");
  setenv("PILLION_WORKERS", "2", 1);
  setenv("PILLION_SPIN", "always", 1);
  const Outcome outcome = Run("serve --print-config --workers 3 -c " + file);
  unsetenv("PILLION_WORKERS");
  unsetenv("PILLION_SPIN");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("models: /models  # " + file + ":1\n"));
  EXPECT_THAT(outcome.out, HasSubstr("workers: 3  # --workers\n"));
  EXPECT_THAT(outcome.out, HasSubstr("spin: always  # PILLION_SPIN\n"));
  EXPECT_THAT(outcome.out, HasSubstr("drain_ms: 7  # " + file + ":4\n"));
  EXPECT_THAT(outcome.out, HasSubstr("socket_only: false  # default\n"));
}

TEST_F(ConfigTest, WhatIsPrintedIsAFileThatSaysTheSame) {
  const std::string arguments =
      "serve --print-config a=/a.zip 'b=/b c.zip' --models '/m: #x' --allow-uid 1,2 --socket-only "
      "--listen tcp:[::1]:80=score,health --listen 'unix:/r/h=metrics' --xgboost predictor "
      "--http-idle-ms 99 --log-level error --drain-ms 12";
  const Outcome first = Run(arguments);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  const Outcome second = Run("serve --print-config -c " + File(first.out));
  ASSERT_EQ(second.exit_code, 0) << second.err;
  const auto without_comments = [](std::string text) {
    for (std::size_t at = 0; (at = text.find("  # ", at)) != text.npos;) {
      text.erase(at, text.find('\n', at) - at);
    }
    return text;
  };
  EXPECT_EQ(without_comments(second.out), without_comments(first.out));
  EXPECT_THAT(second.out, HasSubstr("predictor"));
  EXPECT_THAT(second.out, Not(HasSubstr("--")));
}

TEST_F(ConfigTest, EverythingThatIsWrongIsListedWithItsLine) {
  const Outcome outcome = Check(
      "modles: /m\n"
      "workers: two\n"
      "clients: 4\n"
      "limits:\n"
      "  client: 3\n"
      "  clients: 0\n"
      "listen:\n"
      "  - {on: \"tcp:127.0.0.1:1\", speak: [mleep]}\n"
      "  - {on: \"tcp:127.0.0.1:1\"}\n"
      "workers: 1\n"
      "socket_only: yes\n"
      "run_dir:\n"
      "access: 3\n"
      "log: {level: [info]}\n"
      "spin: {mode: never}\n");
  EXPECT_EQ(outcome.exit_code, 78);
  EXPECT_EQ(outcome.out, "");
  for (const char* const line :
       {":1: there is no key 'modles'; did you mean 'models'?\n",
        ":2: workers: expected a whole number from 0 to 256, found 'two'\n",
        ":3: there is no key 'clients'; did you mean 'limits.clients'?\n",
        ":5: there is no key 'limits.client'; did you mean 'limits.clients'?\n",
        ":6: limits.clients: expected a whole number from 1 to 65536, found '0'\n",
        ":8: listen: expected one of health, ", ", found 'mleep'; did you mean 'mleap'?\n",
        ":9: listen: expected {on: PLACE, speak: [...]}\n",
        ":10: workers: stands here for the second time\n",
        ":11: socket_only: expected true or false, found 'yes'\n",
        ":12: run_dir: expected text, found nothing\n",
        ":13: access: expected keys of access with their values\n",
        ":14: log.level: expected one of none, error, warning, info, debug\n",
        ":15: spin: expected one of adaptive, never, always\n"}) {
    EXPECT_THAT(outcome.err, HasSubstr(line));
  }
}

TEST_F(ConfigTest, WhatIsNoFileOfOursIsRefused) {
  EXPECT_THAT(Check("a: [1\nb: {").err, HasSubstr("pillion.yaml:2: "));
  EXPECT_THAT(Check("- models\n").err, HasSubstr(":1: expected keys with their values"));
  EXPECT_THAT(Check("models: a\n---\nmodels: b\n").err, HasSubstr("expected one document"));
  EXPECT_THAT(Check("models: " + std::string(2 << 20, 'x')).err, HasSubstr("too long"));
  EXPECT_EQ(Check(std::string(100'000, '[')).exit_code, 78);
  const Outcome missing = Run("serve -c /nowhere/pillion.yaml");
  EXPECT_EQ(missing.exit_code, 78);
  EXPECT_THAT(missing.err, HasSubstr("/nowhere/pillion.yaml: No such file"));
}

TEST_F(ConfigTest, ABundleMayStandBehindAListener) {
  const Outcome outcome =
      Run("serve --print-config --listen tcp:127.0.0.1:1=score house=/h.zip --listen unix:/s=v2");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("bundles: [house=/h.zip]  # MODEL\n"));
  EXPECT_THAT(outcome.out, HasSubstr("{on: unix:/s, speak: [v2]}]"));
}

TEST_F(ConfigTest, ChecksWhatTheValuesMean) {
  EXPECT_EQ(Check("bundles: [house=/models/house.zip]\n").out, "ok\n");
  EXPECT_EQ(Check("").exit_code, 64);  // no model
  EXPECT_EQ(Check("bundles: [house=]\n").exit_code, 78);
  EXPECT_EQ(Check("models: /m\nlisten: [{on: nowhere, speak: [score]}]\n").exit_code, 64);
}

TEST_F(ConfigTest, TheSchemaThatIsPublishedIsTheOneInForce) {
  const Outcome outcome = Run("serve --config-schema");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, ReadFile(pillion::SourceDir() + "/docs/pillion.schema.json"));
}

}  // namespace
