// A LightGBM model ready to score, in LightGBM's own arithmetic: doubles, trees in the order of the
// file, the objective's conversion. Formulas: LightGBM, include/LightGBM/tree.h and src/objective/.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/load_error.h"
#include "engine/formats/lightgbm/gbdt_file.h"

namespace pillion {

// Immutable; any number of threads may ask one.
class Gbdt {
 public:
  // kUnsupported: an objective that is not known.
  static Result<Gbdt> Make(GbdtFile file);

  // What the objective makes of sums.
  enum class Objective : std::uint8_t {
    kIdentity,
    kSquare,  // regression with reg_sqrt
    kExponential,
    kSigmoid,  // binary; of cross entropy too
    kSoftmax,
    kSigmoids,  // multiclassova
    kLogOfExponential,
  };

  Objective objective() const noexcept { return objective_; }
  bool is_binary() const noexcept { return is_binary_; }
  std::uint32_t feature_count() const noexcept { return feature_count_; }
  std::uint32_t class_count() const noexcept { return class_count_; }

  // What trees see of a value: those next to zero are zero, as where LightGBM copies rows.
  static double Feature(double x) noexcept;
  // `features`: Feature() of each, NaN where missing. Writes class_count() sums.
  void Sum(const double* features, double* sums) const noexcept;
  // Writes what predict gives for these sums: class_count() numbers.
  void Convert(const double* sums, double* predictions) const noexcept;

 private:
  Gbdt() = default;
  static double Leaf(const GbdtFile::Tree& tree, const double* features) noexcept;
  Result<void> TakeObjective(const std::string& text);

  std::vector<GbdtFile::Tree> trees_;
  std::uint32_t feature_count_ = 0;
  std::uint32_t class_count_ = 1;
  bool average_output_ = false;
  bool is_binary_ = false;
  Objective objective_ = Objective::kIdentity;
  double sigmoid_ = 1;
};

}  // namespace pillion
