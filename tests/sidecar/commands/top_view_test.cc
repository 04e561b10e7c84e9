#include "sidecar/commands/top_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pillion {
namespace {

using ::testing::HasSubstr;

constexpr char kBefore[] = R"({"ready":true,"draining":false,"version":"1.2.3","uptime_s":3725,
  "resident_bytes":10485760,"workers":2,"clients":3,"clients_max":240,"requests_ring":1000,
  "requests_socket":10,"requests_failed":0,"busy_ns":5000000000,"codes_by_model":
  {"house":{"kOk":1010}},"durations_by_model":{"house":{"sum_ns":1,"requests_up_to_ns":
  {"500":1000,"100000000":10}}},"models":[{"name":"house","published":"2","labels":{"canary":"3"},
  "failure":null},{"name":"risk","published":null,"labels":{},"failure":"no such file"}]})";

constexpr char kNow[] = R"({"ready":true,"draining":false,"version":"1.2.3","uptime_s":3727,
  "resident_bytes":10485760,"workers":2,"clients":3,"clients_max":240,"requests_ring":3000,
  "requests_socket":14,"requests_failed":2,"busy_ns":6000000000,"codes_by_model":
  {"house":{"kOk":2910},"house:canary":{"kOk":98,"kNullValue":2},"house@1":{"kOk":4}},
  "durations_by_model":{"house":{"sum_ns":1,"requests_up_to_ns":{"500":1950,"1000":950,
  "100000000":10}},"house:canary":{"sum_ns":1,"requests_up_to_ns":{"25000":99,"longer":1}},
  "house@1":{"sum_ns":0,"requests_up_to_ns":{}}},"models":[{"name":"house","published":"2",
  "labels":{"canary":"3"},"failure":null},{"name":"risk","published":null,"labels":{},
  "failure":"no such file"}]})";

StatusSample Sample(std::string_view json) {
  auto sample = ReadStatus(json);
  if (!sample) throw std::runtime_error(sample.error().Text());
  return *std::move(sample);
}

TEST(TopView, ShowsWhatCameBetweenTwoLooks) {
  EXPECT_EQ(
      TopText(Sample(kBefore), Sample(kNow), 2, false),
      "pillion 1.2.3  ready, up 1 h 2 min\n"
      "workers 2, busy 25 %   clients 3 of 240   memory 10.0 MiB\n"
      "requests/s: 1000 by ring, 2 by socket, 1 failed\n"
      "\n"
      "MODEL                    VERSION        ANSWERS/S  FAILED/S       P50       P99  250 ns to "
      "100 ms\n"
      "house                    2                    950         0    500 ns    990 ns  "
      ".88.............\n"
      "house:canary             3                     50         1   17.6 us     25 us  "
      "......8........1\n"
      "house@1                  1                      2         0         -         -  "
      "................\n"
      "risk                     -                      0         0         -         -  "
      "................\n"
      "not loaded: risk: no such file\n");
}

TEST(TopView, CountsAllOfAServerThatBeganAnew) {
  std::string restarted = kNow;
  restarted.replace(restarted.find("3727"), 4, "1");
  const std::string text = TopText(Sample(kBefore), Sample(restarted), 2, true);
  EXPECT_THAT(text, HasSubstr("up 1 s, restarted\n"));
  EXPECT_THAT(text, HasSubstr("1500 by ring, 7 by socket"));
  EXPECT_THAT(text, HasSubstr(".█▄"));
}

TEST(TopView, SaysSoWhereAnAnswerIsNotAsItShouldBe) {
  for (const char* const json : {"", "{}", "[1]", R"({"ready":true})"}) {
    const auto sample = ReadStatus(json);
    ASSERT_FALSE(sample) << json;
    EXPECT_THAT(sample.error().Text(), HasSubstr("of another version?"));
  }
}

}  // namespace
}  // namespace pillion
