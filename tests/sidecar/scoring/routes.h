// A model by each route: "local", in this thread; "shm" and "unix", behind a server of this
// process; "inproc", in the engine's library.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "engine/model.h"
#include "sidecar/models/model_scorer.h"
#include "sidecar/scoring/client_scorer.h"
#include "sidecar/scoring/plan_scorer.h"
#include "tests/sidecar/transport/test_server.h"

namespace pillion::testing {

class Routes {
 public:
  explicit Routes(std::string path) : path_(std::move(path)) {
    auto scorer = ModelScorer::Load({ModelArgument{"model", path_}}, {});
    EXPECT_TRUE(scorer) << scorer.error().Text();
    scorer_ = *std::move(scorer);
    server_ = std::make_unique<TestServer>(TransportOptions{}, scorer_.get());
  }

  std::unique_ptr<RowScorer> Open(const std::string& route) const {
    if (route == "local") {
      auto model = Model::Load(path_);
      EXPECT_TRUE(model) << model.error().Text();
      return model ? std::make_unique<PlanScorer>(*std::move(model)) : nullptr;
    }
    const bool served = route != "inproc";
    auto client = ClientScorer::Connect(route + ":" + (served ? server_->path() : path_),
                                        served ? "model" : ModelArgument::Parse(path_)->name);
    EXPECT_TRUE(client) << client.error().Text();
    return client ? *std::move(client) : nullptr;
  }

 private:
  std::string path_;
  std::unique_ptr<ModelScorer> scorer_;
  std::unique_ptr<TestServer> server_;
};

}  // namespace pillion::testing
