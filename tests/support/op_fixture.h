// One op under test: written to disk as a bundle of one node, loaded and scored through the
// engine's public face. Answers are compared as text, which shows each bit that counts:
//   numbers "0.1", "-0", "nan"; "null"; text and lists as "[a, b]"; dense vectors "[1, 2]", of
//   another rank "[1, 2] 2x1"; sparse ones "(4){1: 5, 3: 0}"; maps "{a: 1}"
// Several outputs are joined by "; ". A refused row is its code and column: "kNullValue input".
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model.h"

namespace pillion::testing {

// A value and the memory that it views.
struct Given {
  Value value;
  std::shared_ptr<const void> storage;
  std::shared_ptr<const void> more_storage;
};

Given Null();
Given Number(double x);
Given Text(std::string_view text);
Given Texts(std::initializer_list<std::string_view> texts);  // a list
Given Numbers(std::initializer_list<double> values);         // a list
Given Dense(std::vector<double> values);
Given Dense(std::vector<double> values, std::vector<std::int32_t> dimensions);
Given Sparse(std::int32_t size, std::initializer_list<std::pair<std::int32_t, double>> entries);

std::string ToText(const Value& value, const DataType& type);

class OpFixture {
 public:
  // A further file of the model: "tree.json", or "tree0/model.json" of a nested model.
  struct SideFile {
    std::string path;
    std::string bytes;
  };

  // `attributes` is the JSON of model.json's "attributes". Columns are named after their ports.
  OpFixture(std::string_view op, std::string_view attributes, std::vector<std::string> inputs,
            std::vector<std::string> outputs, const std::vector<SideFile>& files = {},
            const LoadOptions& options = {});

  // Why the bundle was refused; empty if it was not.
  const std::string& refusal() const { return refusal_; }
  // REQUIRES: it was not refused.
  const std::vector<std::string>& warnings() const { return model_->warnings(); }

  // Columns of these types, in the model's order, instead of those that the op declares.
  void BindTo(Schema inputs);

  const Schema& inputs() const { return workspace_->plan().inputs(); }
  const Schema& outputs() const { return workspace_->plan().outputs(); }

  // REQUIRES: refusal() is empty, one value an input, in the order of inputs().
  std::string Score(const std::vector<Given>& row);

 private:
  std::shared_ptr<const Model> model_;
  std::optional<Workspace> workspace_;
  std::string refusal_;
};

}  // namespace pillion::testing
