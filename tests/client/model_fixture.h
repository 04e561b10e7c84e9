// A client of small real models, over each transport and in process.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "client/pillion_client.hpp"
#include "sidecar/models/model_scorer.h"
#include "tests/sidecar/transport/test_server.h"
#include "tests/support/bundle_on_disk.h"
#include "tests/support/temporary_directory.h"

namespace pillion {

using namespace std::chrono_literals;
using client_api::Answer;
using client_api::Client;
using client_api::Error;
using client_api::Row;
using BoundTo = client_api::Model;  // the engine has a Model of its own

inline constexpr auto kPatience = 30s;

// number > 1 -> over; over in [1, 2) or else refused -> bucket; city -> city_index
class ModelFixture : public ::testing::TestWithParam<const char*> {
 protected:
  ModelFixture() {
    bundle_.Pipeline("root", R"("over","bucket","city")");
    bundle_.Binarizer("root/over.node", "number", "over", 1);
    bundle_.Stage("root/bucket.node", "bucketizer", R"({"port":"input","name":"over"})",
                  R"({"port":"output","name":"bucket"})",
                  R"("splits":{"type":"list","double":[1.0,2.0,3.0]},)"
                  R"("handle_invalid":{"string":"error"})");
    bundle_.Stage("root/city.node", "string_indexer", R"({"port":"input","name":"city"})",
                  R"({"port":"output","name":"city_index"})",
                  R"("labels":{"type":"list","string":["Bern","Basel"]},)"
                  R"("handle_invalid":{"string":"error"})");
    changed_.Pipeline("root", R"("over")");
    changed_.Binarizer("root/over.node", "number", "over", 2);
    auto loaded = ModelScorer::Load(
        {{"house", bundle_.root()}, {"other", bundle_.root()}, {"changed", changed_.root()}}, {});
    if (!loaded) throw std::runtime_error(loaded.error().Text());
    scorer_ = std::move(*loaded);
    server_.emplace(TransportOptions{}, scorer_.get());
    const std::string transport = GetParam();
    auto client = Client::Connect(transport + ":" +
                                  (transport == "inproc" ? Directory().string() : server_->path()));
    if (!client) throw std::runtime_error(client.error().text);
    client_.emplace(*client);
  }

  // With the same models as the server, as a directory has them.
  const std::filesystem::path& Directory() const {
    std::filesystem::create_symlink(bundle_.root(), models_.path() / "house");
    std::filesystem::create_symlink(bundle_.root(), models_.path() / "other");
    std::filesystem::create_symlink(changed_.root(), models_.path() / "changed");
    return models_.path();
  }
  BoundTo Bind(const std::string& name, std::vector<std::string> outputs = {}) const {
    auto model = client_->Bind(name, {std::move(outputs)});
    if (!model) throw std::runtime_error(model.error().text);
    return *model;
  }
  static Row RowOf(const BoundTo& model, double number, const char* city) {
    Row row = model.NewRow();
    row.Set("number", number).Set("city", city);
    return row;
  }

  testing::BundleOnDisk bundle_;
  testing::BundleOnDisk changed_;
  testing::TemporaryDirectory models_;
  std::unique_ptr<ModelScorer> scorer_;
  std::optional<TestServer> server_;
  std::optional<Client> client_;
};

}  // namespace pillion
