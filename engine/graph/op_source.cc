#include "engine/graph/op_source.h"

#include <utility>

namespace pillion {
namespace {

// What MLeap's getter of a scalar gives: zero, where the file holds another kind or a list.
template <typename T>
T ScalarOf(const AttributeValue* value, std::vector<T> AttributeValue::*kind) {
  const bool is_there = value != nullptr &&
                        value->container == AttributeValue::Container::kScalar &&
                        !(value->*kind).empty();
  return is_there ? (value->*kind).front() : T();
}

template <typename T>
const std::vector<T>& Nothing() {
  static const std::vector<T> nothing;
  return nothing;
}

}  // namespace

OpSource::OpSource(Bundle& bundle, const LoadOptions& options, std::string directory,
                   ModelFile model, const NodeFile* node, Findings& findings)
    : bundle_(&bundle),
      options_(&options),
      directory_(std::move(directory)),
      model_(std::move(model)),
      node_(node),
      findings_(&findings),
      problems_before_(findings.problems.size()) {}

std::string OpSource::PlaceOf(std::string_view name) const {
  std::string place = bundle_->FilePath(directory_, "model");
  if (!name.empty()) place.append(": ").append(model_.op).append(".").append(name);
  return place;
}

void OpSource::Refuse(std::string_view name, std::string what, LoadCode code) {
  findings_->problems.push_back({code, PlaceOf(name), std::move(what)});
}

void OpSource::Warn(std::string_view name, std::string_view what) {
  findings_->warnings.push_back(PlaceOf(name).append(": ").append(what));
}

void OpSource::RefuseNode(std::string what) {
  findings_->problems.push_back(
      {LoadCode::kBadSchema, bundle_->FilePath(directory_, "node"), std::move(what)});
}

void OpSource::Refuse(LoadError error) {
  for (Problem& problem : error.problems) findings_->problems.push_back(std::move(problem));
}

bool OpSource::Has(std::string_view name) const { return model_.attributes.Find(name) != nullptr; }

const AttributeValue* OpSource::Required(std::string_view name) {
  const AttributeValue* value = model_.attributes.Find(name);
  if (value == nullptr) Refuse(name, "the attribute is missing");
  return value;
}

bool OpSource::Boolean(std::string_view name) {
  return ScalarOf(Required(name), &AttributeValue::booleans);
}

std::int32_t OpSource::Int(std::string_view name) {
  return ScalarOf(Required(name), &AttributeValue::ints);
}

std::int64_t OpSource::Long(std::string_view name) {
  return ScalarOf(Required(name), &AttributeValue::longs);
}

float OpSource::Float(std::string_view name) {
  return ScalarOf(Required(name), &AttributeValue::floats);
}

double OpSource::Double(std::string_view name) {
  return ScalarOf(Required(name), &AttributeValue::doubles);
}

std::string OpSource::String(std::string_view name) {
  return ScalarOf(Required(name), &AttributeValue::strings);
}

bool OpSource::Boolean(std::string_view name, bool fallback) {
  return Has(name) ? Boolean(name) : fallback;
}
std::int32_t OpSource::Int(std::string_view name, std::int32_t fallback) {
  return Has(name) ? Int(name) : fallback;
}
std::int64_t OpSource::Long(std::string_view name, std::int64_t fallback) {
  return Has(name) ? Long(name) : fallback;
}
double OpSource::Double(std::string_view name, double fallback) {
  return Has(name) ? Double(name) : fallback;
}
std::string OpSource::String(std::string_view name, std::string_view fallback) {
  return Has(name) ? String(name) : std::string(fallback);
}

BasicType OpSource::Basic(std::string_view name) {
  const AttributeValue* value = Required(name);
  if (value == nullptr) return BasicType::kDouble;
  if (value->container != AttributeValue::Container::kScalar || value->basic_types.empty() ||
      !value->basic_types.front()) {
    Refuse(name, "expected a basic type, found none");
    return BasicType::kDouble;
  }
  return *value->basic_types.front();
}

DataShape OpSource::ShapeOf(std::string_view name) {
  const AttributeValue* value = Required(name);
  if (value == nullptr) return {};
  if (value->container != AttributeValue::Container::kScalar || value->data_shapes.empty()) {
    Refuse(name, "expected a data shape, found none");
    return {};
  }
  return value->data_shapes.front();
}

const AttributeValue& OpSource::List(std::string_view name) {
  static const AttributeValue nothing;
  const AttributeValue* value = Required(name);
  const bool is_list = value != nullptr && value->container == AttributeValue::Container::kList;
  return is_list ? *value : nothing;
}

const std::vector<bool>& OpSource::Booleans(std::string_view name) { return List(name).booleans; }
const std::vector<std::int32_t>& OpSource::Ints(std::string_view name) { return List(name).ints; }
const std::vector<std::int64_t>& OpSource::Longs(std::string_view name) { return List(name).longs; }
const std::vector<double>& OpSource::Doubles(std::string_view name) { return List(name).doubles; }
const std::vector<std::string>& OpSource::Strings(std::string_view name) {
  return List(name).strings;
}
const std::vector<TensorAttribute>& OpSource::Tensors(std::string_view name) {
  return List(name).tensors;
}
const std::vector<DataShape>& OpSource::Shapes(std::string_view name) {
  return List(name).data_shapes;
}

std::vector<BasicType> OpSource::Basics(std::string_view name) {
  std::vector<BasicType> types;
  for (const std::optional<BasicType>& type : List(name).basic_types) {
    if (!type) Refuse(name, "expected basic types, found an unknown one");
    types.push_back(type.value_or(BasicType::kDouble));
  }
  return types;
}

const TensorAttribute& OpSource::Tensor(std::string_view name) {
  static const TensorAttribute nothing;
  const AttributeValue* value = Required(name);
  if (value == nullptr) return nothing;
  if (value->tensors.empty() || value->container == AttributeValue::Container::kList) {
    Refuse(name, "expected a tensor, found another kind of value");
    return nothing;
  }
  return value->tensors.front();
}

const std::vector<double>& OpSource::Vector(std::string_view name) {
  if (model_.attributes.Find(name) == nullptr) return Tensor(name).doubles;
  const TensorAttribute& tensor = Tensor(name);
  if (!tensor.dimensions.empty() && tensor.base != BasicType::kDouble) {
    Refuse(name,
           "expected a tensor of double, found one of " + std::string(BasicTypeName(tensor.base)));
    return Nothing<double>();
  }
  return tensor.doubles;
}

bool OpSource::DeclaresInput(std::string_view port) const {
  for (const Socket& socket : inputs()) {
    if (socket.port == port) return true;
  }
  return false;
}

bool OpSource::DeclaresOutput(std::string_view port) const {
  if (node_ == nullptr) return false;
  for (const Socket& socket : node_->outputs) {
    if (socket.port == port) return true;
  }
  return false;
}

const std::vector<Socket>& OpSource::inputs() const {
  return node_ != nullptr ? node_->inputs : Nothing<Socket>();
}

std::string OpSource::SideFile(std::string_view name) {
  Result<std::string> bytes = bundle_->ReadFile(directory_ + "/" + std::string(name));
  if (bytes) return *std::move(bytes);
  Refuse(std::move(bytes).error());
  return {};
}

namespace {

// Reads tree.json or tree.pb of `source` with `read`, one of the functions of tree_file.h.
template <typename Tree>
Tree ReadTree(Bundle& bundle, const std::string& directory, std::vector<Problem>& problems,
              Result<Tree> (*read)(std::string_view, BundleFormat, const Limits&,
                                   std::string_view)) {
  const std::string path = bundle.FilePath(directory, "tree");
  const Result<std::string> bytes = bundle.ReadFile(path);
  Result<Tree> tree = bytes ? read(*bytes, bundle.info().format, bundle.limits(), path)
                            : Result<Tree>(tl::unexpected<LoadError>(bytes.error()));
  if (tree) return *std::move(tree);
  for (Problem& problem : tree.error().problems) problems.push_back(std::move(problem));
  return {};
}

}  // namespace

DecisionTreeFile OpSource::DecisionTree() {
  return ReadTree<DecisionTreeFile>(*bundle_, directory_, findings_->problems, ReadDecisionTree);
}

ClusterTreeFile OpSource::ClusterTree() {
  return ReadTree<ClusterTreeFile>(*bundle_, directory_, findings_->problems, ReadClusterTree);
}

std::optional<OpSource> OpSource::Nested(const std::string& name) {
  std::string directory = directory_ + "/" + name;
  Result<ModelFile> model = bundle_->ReadModel(directory);
  if (model)
    return OpSource(*bundle_, *options_, std::move(directory), *std::move(model), nullptr,
                    *findings_);
  Refuse(std::move(model).error());
  return std::nullopt;
}

}  // namespace pillion
