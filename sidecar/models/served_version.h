// A version of a model as it is served: loaded, known to be servable, immutable. Who binds the same
// columns of it shares one plan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "engine/model.h"
#include "sidecar/certificate/certificate.h"
#include "sidecar/scoring/row_remover.h"
#include "sidecar/serving/score_request.h"
#include "sidecar/serving/scorer.h"

namespace pillion {

// What a bind comes to: how rows are scored, and what the client is told of them.
struct BoundPlan {
  ModelBinding binding;
  LayoutDescription columns;
  std::uint32_t answer_bytes_max = kAnswerBytesUnbounded;
};

class ServedVersion {
 public:
  // May take long; any thread. Errors name the path; columns that no row can carry are one, and
  // golden rows that the model answers otherwise.
  static Result<std::shared_ptr<const ServedVersion>> Load(std::filesystem::path path,
                                                           const LoadOptions& options);

  // The plan for the request's outputs and absent inputs; its model is not looked at. Used by one
  // thread.
  tl::expected<std::shared_ptr<const BoundPlan>, Refusal> Bind(const BindRequest& request) const;

  const std::filesystem::path& path() const { return path_; }
  const Model& model() const { return *model_; }
  // The first eight hexadecimal digits of the content's hash, as a number. Not 0.
  std::uint32_t number() const { return number_; }
  // Those digits.
  std::string id() const { return model_->content_hash().Hex().substr(0, 8); }
  // What golden rows say of it; nothing where it has none.
  const std::optional<Certificate>& certificate() const { return certificate_; }
  // Of a row: text and vectors come on top.
  std::size_t row_bytes_min() const { return row_bytes_min_; }

  // Stages that may remove rows, one for each input that they read.
  std::vector<RowRemover> RowRemovers() const;

 private:
  ServedVersion(std::filesystem::path path, std::shared_ptr<const Model> model,
                std::optional<Certificate> certificate);

  std::filesystem::path path_;
  std::shared_ptr<const Model> model_;
  std::uint32_t number_;
  std::optional<Certificate> certificate_;
  std::size_t row_bytes_min_ = 0;
  // By what was asked for, encoded. A plan lives for as long as somebody has it bound.
  mutable std::map<std::vector<std::byte>, std::weak_ptr<const BoundPlan>> plans_;
};

}  // namespace pillion
