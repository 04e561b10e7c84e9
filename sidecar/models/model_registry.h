// The models that are served: which version answers under a name. Used by one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "sidecar/models/model_argument.h"
#include "sidecar/models/served_version.h"

namespace pillion {

class ModelRegistry {
 public:
  using Models = std::map<std::string, std::shared_ptr<const ServedVersion>, std::less<>>;

  // Loads and publishes all of them. Errors name the model's argument; two of one name are an
  // error.
  static Result<ModelRegistry> Load(const std::vector<ModelArgument>& arguments,
                                    const LoadOptions& options);

  // From the next bind on, `version` answers under this name. One that answered before is freed
  // when nobody has it bound any more.
  void Publish(const std::string& name, std::shared_ptr<const ServedVersion> version);
  // False: there is none of this name.
  bool Remove(std::string_view name);

  // kUnknownModel names the nearest one.
  tl::expected<std::shared_ptr<const ServedVersion>, Refusal> Find(std::string_view name) const;
  const Models& models() const { return models_; }

 private:
  Models models_;
};

}  // namespace pillion
