// Scorers of the models that are served, kept from one request to the next. One thread's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "sidecar/http/http_message.h"
#include "sidecar/http/split_scorer.h"
#include "sidecar/models/served_models.h"
#include "sidecar/scoring/plan_scorer.h"

namespace pillion {

class PlanCache {
 public:
  // `models` outlives the cache.
  explicit PlanCache(const ServedModels& models) : models_(models) {}

  struct Found {
    std::shared_ptr<const ServedVersion> version;  // that the reference means
    std::string id;                                // what it is called
    // Both until the next call.
    RowScorer* scorer = nullptr;
    SplitScorer* split = nullptr;  // the same, where rows are shared out among versions

    // The version of the row that was scored last.
    const std::string& RowVersion() const { return split == nullptr ? id : split->last_version(); }
    // Of all rows since Find(), "12, 13".
    std::string Versions() const;
    // Says in the reply's headers which versions have answered, and which arms.
    void Tell(HttpReply& reply) const;
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
    std::shared_ptr<const void> of;  // a version or a split
    std::unique_ptr<RowScorer> scorer;
  };

  const ServedModels& models_;
  std::map<std::pair<const void*, std::string>, Entry> entries_;
};

}  // namespace pillion
