// A directory with two versions of a model, bound to be scored. They answer `over` with number > 1
// and number > 2.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "schemas/rows/row_encoder.h"
#include "sidecar/models/model_scorer.h"
#include "sidecar/models/publisher.h"
#include "tests/sidecar/models/small_models.h"
#include "tests/support/temporary_directory.h"

namespace pillion {

class TwoVersionsTest : public ::testing::Test {
 protected:
  TwoVersionsTest() {
    WriteBinarizers(one_, 1);
    WriteBinarizers(two_, 2);
    PutInPlace(one_, at("house/1"));
    PutInPlace(two_, at("house/2"));
  }
  std::filesystem::path at(const char* path) const { return directory_.path() / path; }
  // `config`: the model's model.yaml.
  void Start(const std::string& config) {
    directory_.Write("house/model.yaml", config);
    const auto loaded = publisher_.LoadDirectory(directory_.path());
    ASSERT_TRUE(loaded) << loaded.error();
  }
  const ModelRegistry::Entry& house() { return **scorer_.registry().FindEntry("house"); }
  std::uint32_t Number(const char* version) { return house().Find(version)->loaded->number(); }
  void Bind(const BindRequest& request) {
    auto binding = scorer_.Bind(request);
    ASSERT_TRUE(binding) << binding.error().text;
    layout_ = std::move(binding->layout);
    row_.emplace(std::make_shared<const RowLayout>(*RowLayout::Make(binding->columns.inputs)));
  }
  const RowEncoder& Row(double number) {
    row_->Clear();
    EXPECT_EQ(row_->Set(0, number), ScoreCode::kOk);
    return *row_;
  }
  // The version that scored a row or a batch.
  std::uint32_t Score(RequestKind kind, std::span<const std::byte> request) {
    std::vector<std::byte> response(1 << 20);
    TurnClock endless = TurnClock::Endless();
    const ScoreResult result = layout_->ScoreRequest(kind, request, response, endless);
    EXPECT_EQ(result.code, ScoreCode::kOk);
    return result.model_version;
  }

  testing::BundleOnDisk one_;
  testing::BundleOnDisk two_;
  const testing::TemporaryDirectory directory_;
  ModelScorer scorer_{ModelRegistry()};
  Publisher publisher_{scorer_.registry(), {}, EventLog::Silent()};
  std::unique_ptr<BoundLayout> layout_;
  std::optional<RowEncoder> row_;
};

}  // namespace pillion
