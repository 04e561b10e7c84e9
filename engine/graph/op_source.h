// What an op's compile function reads: the attributes, sockets, side files and nested models of
// one model in a bundle. Collects problems instead of failing at the first, so that one load
// names all that is wrong; a compile function just reads on, and what it returns is dropped if
// anything was refused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "engine/formats/mleap/bundle.h"
#include "engine/formats/mleap/tree_file.h"
#include "engine/load_options.h"

namespace pillion {

// What loading has to say.
struct Findings {
  std::vector<Problem> problems;
  std::vector<std::string> warnings;  // "where: what" each
};

class OpSource {
 public:
  // `findings` takes what is refused or warned of. `directory` holds the model's file; `node` is
  // the node's file, or nullptr for a nested model, which has none.
  OpSource(Bundle& bundle, const LoadOptions& options, std::string directory, ModelFile model,
           const NodeFile* node, Findings& findings);

  const std::string& op() const { return model_.op; }
  const std::string& directory() const { return directory_; }

  // Attributes. Without fallback an absent attribute is refused and a zero returned.
  bool Has(std::string_view name) const;
  bool Boolean(std::string_view name);
  std::int32_t Int(std::string_view name);
  std::int64_t Long(std::string_view name);
  float Float(std::string_view name);
  double Double(std::string_view name);
  std::string String(std::string_view name);
  bool Boolean(std::string_view name, bool fallback);
  std::int32_t Int(std::string_view name, std::int32_t fallback);
  std::int64_t Long(std::string_view name, std::int64_t fallback);
  double Double(std::string_view name, double fallback);
  std::string String(std::string_view name, std::string_view fallback);
  BasicType Basic(std::string_view name);
  DataShape ShapeOf(std::string_view name);

  // Lists. A scalar where a list is asked for reads as an empty list, as in MLeap.
  const std::vector<bool>& Booleans(std::string_view name);
  const std::vector<std::int32_t>& Ints(std::string_view name);
  const std::vector<std::int64_t>& Longs(std::string_view name);
  const std::vector<double>& Doubles(std::string_view name);
  const std::vector<std::string>& Strings(std::string_view name);
  const std::vector<TensorAttribute>& Tensors(std::string_view name);
  const std::vector<DataShape>& Shapes(std::string_view name);
  std::vector<BasicType> Basics(std::string_view name);

  // A tensor attribute; anything else under that name is refused.
  const TensorAttribute& Tensor(std::string_view name);
  // A double tensor of rank 1 (any rank with `flat`), its values.
  const std::vector<double>& Vector(std::string_view name);

  // Sockets. A nested model declares nothing.
  bool DeclaresInput(std::string_view port) const;
  bool DeclaresOutput(std::string_view port) const;
  const std::vector<Socket>& inputs() const;  // in the node's own order

  // Side files of the model's directory. An absent file is refused.
  std::string SideFile(std::string_view name);
  DecisionTreeFile DecisionTree();  // tree.json or tree.pb
  ClusterTreeFile ClusterTree();

  // The model in sub-directory `name`; its problems go the same way. Empty if it cannot be read.
  std::optional<OpSource> Nested(const std::string& name);

  // Records a problem with attribute `name` (empty: with the model as a whole).
  void Refuse(std::string_view name, std::string what, LoadCode code = LoadCode::kBadBundle);
  void RefuseNode(std::string what);  // a problem with the node's sockets
  void Refuse(LoadError error);       // problems that know their place
  // The bundle is loaded, but somebody should know this of attribute `name`.
  void Warn(std::string_view name, std::string_view what);
  // Whether this model, or one nested in it, has had anything refused.
  bool refused() const { return findings_->problems.size() > problems_before_; }

  const LoadOptions& options() const { return *options_; }
  const Limits& limits() const { return bundle_->limits(); }

 private:
  std::string PlaceOf(std::string_view name) const;
  const AttributeValue* Required(std::string_view name);
  const AttributeValue& List(std::string_view name);

  Bundle* bundle_;
  const LoadOptions* options_;
  std::string directory_;
  ModelFile model_;
  const NodeFile* node_;
  Findings* findings_;
  std::size_t problems_before_;
};

}  // namespace pillion
