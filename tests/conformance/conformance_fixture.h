// The suite that every transport passes: its parameter is the scheme of the client's URL.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "client/pillion.hpp"
#include "tests/conformance/test_scorer.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion {

using namespace std::chrono_literals;
using Bytes8 = std::vector<std::uint8_t>;

inline constexpr auto kPatience = 30s;  // for what must come; a hang shows as a failure

class Conformance : public ::testing::TestWithParam<const char*> {
 protected:
  void StartServer(TransportOptions options = {}) {
    options.socket_path = directory_.socket();
    server_.emplace(std::move(options), &scorer_);
  }
  void StopServer() { server_.reset(); }

  std::string url() const { return std::string(GetParam()) + ":" + directory_.socket(); }
  Client Connect(std::uint32_t lanes = 2) const {
    pillion_options options = PILLION_OPTIONS_INIT;
    options.lanes = lanes;
    auto client = Client::Connect(url(), options);
    if (!client) throw std::runtime_error(client.error().text);
    return *client;
  }
  static client_api::Model Bind(const Client& client, const std::string& name,
                                std::vector<std::string> outputs = {}) {
    auto model = client.Bind(name, {std::move(outputs)});
    if (!model) throw std::runtime_error(model.error().text);
    return *model;
  }
  static pillion_code Score(const client_api::Model& model, const Bytes8& request,
                            client_api::Answer* answer, client_api::Timeout timeout = kPatience) {
    return pillion_score_bytes(model.get(), PILLION_ROW, request.data(), request.size(),
                               client_api::ToNanoseconds(timeout), answer->get());
  }
  static Bytes8 BytesOf(client_api::Answer* answer) {
    std::size_t size = 0;
    const auto* bytes =
        static_cast<const std::uint8_t*>(pillion_answer_bytes(answer->get(), &size));
    return {bytes, bytes + size};
  }
  static Bytes8 Row(std::size_t size, std::uint64_t seed) {
    Bytes8 row(size);
    for (std::size_t i = 0; i < size; ++i) {
      row[i] = static_cast<std::uint8_t>((seed + i) * 0x9E3779B97F4A7C15u >> 56);
    }
    return row;
  }
  // A number of the server's status.
  static std::uint64_t ServerCount(const Client& client, const std::string& name) {
    const std::string status = *client.Ask("status");
    const std::size_t at = status.find("\"" + name + "\":");
    return std::stoull(status.substr(at + name.size() + 3));
  }
  template <typename Condition>
  static void WaitUntil(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!condition() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(1ms);
    }
  }

  TemporaryDirectory directory_;
  TestScorer scorer_;
  std::optional<TestServer> server_;
};

}  // namespace pillion
