// Family: LightGBM models within bundles, which MLeap does not have.
//   lightgbm   features -> prediction; of binary and of several classes probability, decision too
// The model's directory holds `lightgbm.txt`, as Booster.save_model writes it. What is answered:
// lightgbm_file.h; the arithmetic lies in engine/formats/lightgbm/.
#include <string>
#include <string_view>
#include <utility>

#include "engine/formats/lightgbm/gbdt.h"
#include "engine/formats/lightgbm/gbdt_file.h"
#include "engine/ops/families.h"
#include "engine/ops/lightgbm_file.h"

namespace pillion {
namespace {

Result<Gbdt> ReadGbdt(const std::string& text, const Limits& limits) {
  GbdtFile file;
  PILLION_ASSIGN(file, ReadGbdtFile(text, limits));
  return Gbdt::Make(std::move(file));
}

Operation CompileLightgbm(OpSource& source) {
  constexpr std::string_view kFile = "lightgbm.txt";
  const std::string text = source.SideFile(kFile);
  if (source.refused()) return {};
  Result<Gbdt> gbdt = ReadGbdt(text, source.limits());
  if (!gbdt) {
    const std::string where = source.directory() + "/" + std::string(kFile);
    source.Refuse(std::move(gbdt).error().In(where));
    return {};
  }
  return MakeGbdtVectorOperation(*std::move(gbdt));
}

constexpr OpRow kRows[] = {
    {"lightgbm", "Regression, ranking or classes by LightGBM", Exactness::kUlp4, CompileLightgbm},
};

}  // namespace

const OpFamily kLightgbm = {"LightGBM", "LightGBM's src/io/tree.cpp; MLeap has no such op", kRows};

}  // namespace pillion
