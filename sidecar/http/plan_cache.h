// Scorers of the models that are served, kept from one request to the next. One thread's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "sidecar/models/served_models.h"
#include "sidecar/scoring/plan_scorer.h"

namespace pillion {

class PlanCache {
 public:
  // `models` outlives the cache.
  explicit PlanCache(const ServedModels& models) : models_(models) {}

  struct Found {
    std::shared_ptr<const ServedVersion> version;
    PlanScorer* scorer = nullptr;  // until the next call
  };
  // `reference` as clients write it. What is the same from request to request, such as the outputs
  // wanted, goes into `kind`: each kind has a scorer of its own.
  tl::expected<Found, Refusal> Find(std::string_view reference, std::string_view kind);
  // Lets go of versions that nobody can name any more.
  void Trim();

  const ServedModels& models() const { return models_; }

 private:
  static constexpr std::size_t kEntriesMax = 64;

  struct Entry {
    std::shared_ptr<const ServedVersion> version;
    PlanScorer scorer;
  };

  const ServedModels& models_;
  std::map<std::pair<const ServedVersion*, std::string>, Entry> entries_;
};

}  // namespace pillion
