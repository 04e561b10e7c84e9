// A small model, and what it answers, for tests of tables: a label, a number that may be unknown, a
// boolean and a number that may be anything.
//   score = 1000 label + 10 (age, or 40) + 100 member + income
// where label is the position of `zip` in 98103, 98115, true or behind them.
#pragma once

#include <cmath>
#include <memory>
#include <optional>
#include <string>

#include "engine/model.h"
#include "tests/support/bundle_on_disk.h"

namespace pillion::testing {

inline constexpr double kAgeUnknown = 40;

inline double ChurnScore(double label, std::optional<double> age, bool member, double income) {
  const double known = age && !std::isnan(*age) ? *age : kAgeUnknown;
  return 1000 * label + 10 * known + 100 * (member ? 1 : 0) + income;
}

class ChurnModel {
 public:
  ChurnModel() {
    bundle_.Pipeline("root", R"("zip_index","age_filled","features","score")");
    bundle_.Stage("root/zip_index.node", "string_indexer", R"({"port":"input0","name":"zip"})",
                  R"({"port":"output0","name":"zip_index"})",
                  R"("labels_length":{"int":1},"handle_invalid":{"string":"keep"},)"
                  R"("labels_array_0":{"type":"list","string":["98103","98115","true"]})");
    bundle_.Stage("root/age_filled.node", "imputer", R"({"port":"input","name":"age"})",
                  R"({"port":"output","name":"age_filled"})",
                  R"("surrogate_value":{"double":40.0},"strategy":{"string":"mean"})");
    const std::string scalar = R"({"base":"scalar","isNullable":true})";
    bundle_.Stage("root/features.node", "vector_assembler",
                  R"({"port":"input0","name":"zip_index"},{"port":"input1","name":"age_filled"},)"
                  R"({"port":"input2","name":"member"},{"port":"input3","name":"income"})",
                  R"({"port":"output","name":"features"})",
                  R"("input_shapes":{"type":"list","data_shape":[)" + scalar + "," + scalar + "," +
                      scalar + "," + scalar + "]}");
    bundle_.Stage("root/score.node", "linear_regression",
                  R"({"port":"features","name":"features"})",
                  R"({"port":"prediction","name":"score"})",
                  R"("intercept":{},"coefficients":{"type":"tensor","double":[1000,10,100,1],)"
                  R"("shape":{"dimensions":[{"size":4,"name":""}]}})");
  }

  std::shared_ptr<const Model> Load() const {
    auto model = bundle_.Load();
    return model ? *std::move(model) : nullptr;
  }
  std::string path() const { return bundle_.root().string(); }

 private:
  BundleOnDisk bundle_;
};

}  // namespace pillion::testing
