// The program as a user runs it: a sidecar in one process, `score --url` and `ctl` in others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "tests/end_to_end/sidecar_process.h"
#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;
using pillion::Ended;
using pillion::Execute;
using pillion::Sidecar;
using ::testing::HasSubstr;

const std::string kKingCounty = pillion::SourceDir() + "/examples/king-county/";

fs::path SharedRoot() {
  const char* shared = std::getenv("PILLION_SHARED");
  return shared != nullptr ? shared : fs::path(pillion::SourceDir()) / "../shared";
}

TEST(Serve, AnswersAsScoringOfflineDoes) {
  Sidecar sidecar({"lr=" + kKingCounty + "house-lr.zip", "rf=" + kKingCounty + "house-rf.zip"});
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  const std::string frame = kKingCounty + "houses.frame.json";
  for (const std::string model : {"lr", "rf"}) {
    for (const std::string columns : {"", " --select prediction", " --select zipcode,prediction"}) {
      const Ended offline =
          Execute("score " + kKingCounty + "house-" + model + ".zip " + frame + columns);
      ASSERT_EQ(offline.code, 0);
      for (const std::string transport : {"shm", "unix"}) {
        const Ended served =
            Execute("score --url " + sidecar.Url(transport) + " " + model + " " + frame + columns);
        EXPECT_EQ(served.code, 0) << model << transport << columns;
        EXPECT_EQ(served.out, offline.out) << model << transport << columns;
      }
    }
  }
  EXPECT_THAT(sidecar.Ctl("status").out, HasSubstr("\"requests_failed\":0"));
  sidecar.Send(SIGTERM);
  EXPECT_EQ(sidecar.Wait(), 0);
}

// Each metric against what `ctl status` says of the same thing.
TEST(Serve, MetricsSayWhatStatusSays) {
  const fs::path http = fs::temp_directory_path() / ("pillion-metrics-" + std::to_string(getpid()));
  Sidecar sidecar(
      {"lr=" + kKingCounty + "house-lr.zip", "--listen", "unix:" + http.string() + "=metrics"});
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  ASSERT_EQ(Execute("score --url " + sidecar.Url("unix") + " lr " + kKingCounty +
                    "houses.frame.json --to csv")
                .code,
            0);
  const std::string status = sidecar.Ctl("status").out;
  const std::string metrics =
      pillion::Shell("curl -s --unix-socket " + http.string() + " http://x/metrics").out;
  const auto number_behind = [](const std::string& text, const std::string& name) {
    const std::size_t place = text.find(name);
    return place == text.npos ? std::string("none")
                              : std::to_string(std::stoull(text.substr(place + name.size())));
  };
  for (const auto& [metric, member] : std::map<std::string, std::string>{
           {"pillion_requests_total{transport=\"ring\"} ", "\"requests_ring\":"},
           {"pillion_requests_total{transport=\"socket\"} ", "\"requests_socket\":"},
           {"pillion_answers_total{model=\"lr\",code=\"kOk\"} ",
            "\"codes_by_model\":{\"lr\":{\"kOk\":"},
           {"\npillion_clients_max ", "\"clients_max\":"},
           {"\npillion_workers ", "\"workers\":"},
           {"pillion_model_stages{model=\"lr\",version=\"803c0bb8\"} ", "\"stages\":"}}) {
    EXPECT_NE(number_behind(metrics, metric), "none") << metric << metrics;
    EXPECT_EQ(number_behind(metrics, metric), number_behind(status, member)) << metric;
  }
  EXPECT_NE(number_behind(metrics, "pillion_requests_total{transport=\"socket\"} "), "0");
}

TEST(Serve, GivesWhatMLeapPublishedForItsOwnBundles) {
  const fs::path data = SharedRoot() / "data";
  if (!fs::exists(data)) GTEST_SKIP() << "no folder " << data << " with MLeap's bundles of 2017";
  Sidecar sidecar({"lr=" + (data / "airbnb.model.lr.zip").string(),
                   "rf=" + (data / "airbnb.model.rf.zip").string()});
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  const std::string frame = (data / "frame.airbnb.json").string();
  const std::string select = " --select price_prediction --to csv";
  const std::string head = "price_prediction\r\n";
  for (const std::string transport : {"shm", "unix"}) {
    const std::string url = "score --url " + sidecar.Url(transport) + " ";
    EXPECT_EQ(Execute(url + "lr " + frame + select).out, head + "232.62463916840318\r\n");
    EXPECT_EQ(Execute(url + "rf " + frame + select).out, head + "218.2767196535019\r\n");
  }
}

TEST(Serve, SaysWhyItDoesNotStart) {
  EXPECT_EQ(Execute("serve /no/such.zip --run-dir /tmp 2>/dev/null").code, 66);
  EXPECT_EQ(Execute("serve --run-dir /tmp 2>/dev/null").code, 64);
  const Ended twice = Execute("serve a=" + kKingCounty + "house-lr.zip a=" + kKingCounty +
                              "house-rf.zip --run-dir /tmp 2>&1");
  EXPECT_EQ(twice.code, 65);
  EXPECT_THAT(twice.out, HasSubstr("given twice"));
  const Ended nowhere =
      Execute("serve " + kKingCounty + "house-lr.zip --run-dir /proc/no/such/place 2>&1");
  EXPECT_EQ(nowhere.code, 78);
}

TEST(Serve, WithoutASidecarClientsSaySo) {
  EXPECT_EQ(Execute("ctl ready --run-dir /no/such/place 2>/dev/null").code, 69);
  EXPECT_EQ(Execute("score --url shm:/no/such/place/pillion.sock house " + kKingCounty +
                    "houses.frame.json 2>/dev/null")
                .code,
            69);
}

TEST(Serve, RefusesModelsAndColumnsThatItDoesNotHave) {
  Sidecar sidecar({"house=" + kKingCounty + "house-lr.zip"});
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  const std::string frame = kKingCounty + "houses.frame.json";
  const std::string url = "score --url " + sidecar.Url("shm") + " ";
  EXPECT_THAT(Execute(url + "castle " + frame + " 2>&1").out, HasSubstr("castle"));
  const Ended column = Execute(url + "house " + frame + " --select towers 2>&1");
  EXPECT_EQ(column.code, 65);
  EXPECT_THAT(column.out, HasSubstr("towers"));
}

}  // namespace
