// A kernel that makes an assembled feature vector straight from plain columns: what a chain of
// indexers, one-hot encoders, scalers and assemblers makes, to the bit, in one pass.
// It knows the usual row only. For anything else, such as a null or an unseen label that is
// refused, it answers kUnusualRow, and the workspace runs the chain itself.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "engine/graph/feature_recipe.h"
#include "engine/graph/kernel.h"

namespace pillion {

class FusedAssembler final : public Kernel {
 public:
  // Fills the places `begin`, `begin` + 1, … of the vector from the input of the same number.
  struct Part {
    enum class Kind : std::uint8_t {
      kNumber,        // a double, as it is
      kScaledNumber,  // a double, centred and scaled
      kLabelIndex,    // text: its label's position
      kOneHotNumber,  // a double: a category number
      kOneHotLabel,   // text: the category number is its label's position
      kNothing,       // a double that a zero factor makes 0, whatever it is
    };
    Kind kind = Kind::kNumber;
    std::int32_t begin = 0;
    double mean = 0;    // of scaled numbers; 0 where they are not centred: x - 0 is x
    double factor = 1;  // finite
    IndexRecipe::Column index;
    OneHotRecipe::Column one_hot;
    bool keep_invalid = false;
  };

  // `parts` ascend by `begin` and fill `size` places.
  FusedAssembler(std::vector<Part> parts, std::uint32_t size)
      : parts_(std::move(parts)), size_(size) {}

  ScoreCode Run(Arguments& arguments) const noexcept override;

  std::size_t part_count() const noexcept { return parts_.size(); }

 private:
  std::vector<Part> parts_;
  std::uint32_t size_;
};

}  // namespace pillion
