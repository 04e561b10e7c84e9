// Model::Load: walks a bundle's pipelines and compiles each op, collecting every problem.
#include <fcntl.h>
#include <malloc.h>
#include <sys/stat.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <map>
#include <new>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/quote.h"
#include "base/suggest.h"
#include "engine/cast.h"
#include "engine/files/archive.h"
#include "engine/files/foreign_file.h"
#include "engine/files/location.h"
#include "engine/graph/op_source.h"
#include "engine/model.h"
#include "engine/ops/catalog.h"

namespace pillion {
namespace {

constexpr std::string_view kPipeline = "pipeline";
constexpr std::string_view kGoldenMember = "golden.json";

// The columns of a node's sockets by port; of equal ports MLeap takes the last. Nodes have been
// seen with ten thousand ports.
class ColumnsByPort {
 public:
  explicit ColumnsByPort(const std::vector<Socket>& sockets) {
    for (const Socket& socket : sockets) columns_[socket.port] = &socket.name;
  }

  // nullptr: there is no such port.
  const std::string* Find(std::string_view port) const {
    const auto it = columns_.find(port);
    return it == columns_.end() ? nullptr : it->second;
  }

 private:
  std::unordered_map<std::string_view, const std::string*> columns_;
};

// See OpRow::numbers_ports.
void NumberPorts(NodeFile& node) {
  const std::string* input = ColumnsByPort(node.inputs).Find("input");
  if (input == nullptr) return;
  node.inputs = {{"input0", *input}};
  const std::string* output = ColumnsByPort(node.outputs).Find("output");
  if (output != nullptr) node.outputs = {{"output0", *output}};
}

std::string DescribeUnknownOp(std::string_view op, std::string_view node) {
  const std::string named = "the op " + Quote(op) + " is not ";
  const std::string of_node = " (node " + Quote(node) + ")";
  if (const std::string_view reason = WhyUnsupported(op); !reason.empty()) {
    return named + "supported: " + std::string(reason) + of_node;
  }
  std::vector<std::string_view> names = {kPipeline};
  for (const OpFamily& family : OpFamilies()) {
    for (const OpRow& row : family.rows) names.push_back(row.name);
  }
  const std::string meant = DidYouMean(op, names);
  return named + "known" + of_node + meant +
         (meant.empty() ? "; `pillion ops` lists those that are. A transformer of one's own does "
                          "not run here: compute its columns before the rows are sent, and export "
                          "the pipeline without it"
                        : " `pillion ops` lists those that are known");
}

class Loader {
 public:
  Loader(Bundle& bundle, const LoadOptions& options) : bundle_(bundle), options_(options) {}

  void LoadNode(const std::string& directory, std::uint32_t depth) {
    if (++node_count_ == bundle_.limits().node_count_max + 1) {
      Refuse(LoadCode::kOverLimit, directory,
             "more nodes than the limit of " + std::to_string(bundle_.limits().node_count_max));
    }
    if (node_count_ > bundle_.limits().node_count_max) return;
    Result<NodeFile> node = bundle_.ReadNode(directory);
    Result<ModelFile> model = bundle_.ReadModel(directory);
    if (!node) Refuse(std::move(node).error());
    if (!model) Refuse(std::move(model).error());
    if (!node || !model) return;
    if (model->op == kPipeline) {
      LoadPipeline(directory, *std::move(model), depth);
    } else {
      LoadStage(directory, *std::move(node), *std::move(model));
    }
  }

  Findings findings;
  std::vector<Stage> stages;

 private:
  void Refuse(LoadError error) {
    for (Problem& problem : error.problems) findings.problems.push_back(std::move(problem));
  }
  void Refuse(LoadCode code, std::string where, std::string what) {
    findings.problems.push_back({code, std::move(where), std::move(what)});
  }

  void LoadPipeline(const std::string& directory, ModelFile model, std::uint32_t depth) {
    if (depth >= bundle_.limits().pipeline_depth_max) {
      return Refuse(LoadCode::kOverLimit, directory,
                    "pipelines nested deeper than the limit of " +
                        std::to_string(bundle_.limits().pipeline_depth_max));
    }
    OpSource source(bundle_, options_, directory, std::move(model), nullptr, findings);
    std::set<std::string_view> seen;
    const std::vector<std::string>& children = source.Strings("nodes");
    for (const std::string& child : children) {
      if (child.empty() || child.find('/') != std::string::npos || child.front() == '\0') {
        source.Refuse("nodes", "expected a node's name, found '" + child + "'");
      } else if (!seen.insert(child).second) {
        source.Refuse("nodes", "the node '" + child + "' is listed twice");
      } else {
        LoadNode(directory + "/" + child + ".node", depth + 1);
      }
    }
  }

  void LoadStage(const std::string& directory, NodeFile node, ModelFile model) {
    const OpRow* row = FindOp(model.op);
    if (row == nullptr) {
      return Refuse(LoadCode::kUnsupported, bundle_.FilePath(directory, "model"),
                    DescribeUnknownOp(model.op, node.name));
    }
    if (row->numbers_ports) NumberPorts(node);
    OpSource source(bundle_, options_, directory, std::move(model), &node, findings);
    Operation operation = row->compile(source);
    if (source.refused()) return;
    Stage stage{directory, node.name, std::string(row->name), std::move(operation), {}, {}};
    WirePorts(source, node, stage);
    if (!source.refused()) stages.push_back(std::move(stage));
  }

  static void WirePorts(OpSource& source, const NodeFile& node, Stage& stage) {
    const ColumnsByPort inputs(node.inputs);
    std::unordered_set<std::string_view> taken;
    for (const Port& port : stage.operation.inputs) {
      const std::string* column = inputs.Find(port.name);
      if (column == nullptr) {
        source.RefuseNode("the input port '" + port.name + "' of " + stage.op + " is missing");
        continue;
      }
      if (!taken.insert(*column).second) {
        source.RefuseNode("the column '" + *column + "' stands at two input ports of " + stage.op);
      }
      stage.input_columns.push_back(*column);
    }
    if (stage.operation.outputs.empty()) source.RefuseNode(stage.op + " has no output");
    const ColumnsByPort outputs(node.outputs);
    for (const Port& port : stage.operation.outputs) {
      const std::string* column = outputs.Find(port.name);
      if (column == nullptr && stage.operation.outputs.size() == 1) {
        source.RefuseNode("the output port '" + port.name + "' of " + stage.op + " is missing");
      }
      stage.output_columns.push_back(column != nullptr ? std::optional(*column) : std::nullopt);
    }
  }

  Bundle& bundle_;
  const LoadOptions& options_;
  std::uint32_t node_count_ = 0;
};

// Sorts the stages' columns into what the caller supplies and what the stages make.
class ColumnCollector {
 public:
  void Add(const Stage& stage, std::vector<Problem>& problems) {
    for (std::size_t i = 0; i < stage.input_columns.size(); ++i) {
      const std::string& column = stage.input_columns[i];
      if (const auto made = made_.find(column); made != made_.end()) {
        CheckType(stage, stage.operation.inputs[i], column, made->second);
        continue;
      }
      const auto [it, is_new] = input_index_.try_emplace(column, inputs.size());
      if (is_new) inputs.push_back({column, {}});
      inputs[it->second].type = stage.operation.inputs[i].type;
    }
    for (std::size_t i = 0; i < stage.output_columns.size(); ++i) {
      if (!stage.output_columns[i]) continue;
      const std::string& column = *stage.output_columns[i];
      if (input_index_.contains(column)) {
        problems.push_back({LoadCode::kBadSchema, stage.path,
                            "makes the column '" + column + "', which is read before"});
      } else if (!made_.try_emplace(column, stage.operation.outputs[i].type).second) {
        problems.push_back({LoadCode::kBadSchema, stage.path,
                            "makes the column '" + column + "', which exists already"});
      } else {
        outputs.push_back({column, stage.operation.outputs[i].type});
      }
    }
  }

  Schema inputs;
  Schema outputs;
  // What binding would refuse, to be told with what cannot be loaded.
  std::vector<Problem> misfits;

 private:
  void CheckType(const Stage& stage, const Port& port, const std::string& column,
                 const DataType& type) {
    if (!NeedsCast(type, port.type) || MakeCast(type, port.type) != nullptr) return;
    misfits.push_back(
        {LoadCode::kBadSchema, stage.path, DescribeMisfit(column, type, stage.op, port)});
  }

  std::map<std::string, std::size_t> input_index_;
  std::map<std::string, DataType> made_;
};

// A model file of XGBoost or LightGBM; closed for what is another file, or none.
UniqueFd OpenModelFile(const std::filesystem::path& path) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  const std::string start = PeekDescriptor(file, kForeignBytes);
  return IsBooster(start) || IsLightgbm(start) ? std::move(file) : UniqueFd();
}

// Its bytes; nothing where it is no such file.
std::optional<Result<std::string>> ReadModelFile(const std::filesystem::path& path,
                                                 const Limits& limits) {
  const Result<Location> location = ReadLocation(path.string());
  if (!location || !location->folder.empty()) return std::nullopt;
  const UniqueFd file = OpenModelFile(location->path);
  if (!file) return std::nullopt;
  return ReadDescriptor(file, limits.entry_bytes_max, "");
}

// Reading a large bundle frees as much as it keeps, or more; the allocator would hold on to it.
void ReturnFreeMemory(std::uint64_t bundle_bytes) {
  constexpr std::uint64_t kLargeBytes = 1 << 20;
  if (bundle_bytes > kLargeBytes) malloc_trim(0);
}

}  // namespace

Result<std::shared_ptr<const Model>> Model::Load(const std::filesystem::path& path,
                                                 const LoadOptions& options) {
  const std::string place = path.empty() ? "''" : path.string();
  const auto refuse = [&](LoadError error) {
    return tl::unexpected<LoadError>(std::move(error).In(place));
  };
  try {
    if (auto file = ReadModelFile(path, options.limits)) {
      auto model = *file ? MakeOfFile(**file, options, place)
                         : Result<std::shared_ptr<const Model>>(
                               tl::unexpected<LoadError>(std::move(*file).error()));
      if (!model) return refuse(std::move(model).error());
      return model;
    }
    Result<Bundle> bundle = Bundle::Open(path, options.limits);
    if (!bundle) return refuse(std::move(bundle).error());
    auto model = Make(*bundle, options, place);
    ReturnFreeMemory(bundle->inflated_bytes());
    if (!model) return refuse(std::move(model).error());
    return model;
  } catch (const std::bad_alloc&) {
    return refuse({LoadCode::kOverLimit, "", "not enough memory to load the bundle"});
  } catch (const std::exception& error) {
    return refuse({LoadCode::kBadBundle, "", error.what()});
  }
}

bool Model::IsModelFile(const std::filesystem::path& path) {
  return static_cast<bool>(OpenModelFile(path));
}

Result<std::shared_ptr<const Model>> Model::FromBundle(Bundle& bundle, const LoadOptions& options) {
  return Make(bundle, options, "");
}

Result<std::shared_ptr<const Model>> Model::Make(Bundle& bundle, const LoadOptions& options,
                                                 std::string place) {
  Loader loader(bundle, options);
  loader.LoadNode("root", 0);
  ColumnCollector columns;
  for (const Stage& stage : loader.stages) columns.Add(stage, loader.findings.problems);
  if (std::vector<Problem>& problems = loader.findings.problems; !problems.empty()) {
    std::move(columns.misfits.begin(), columns.misfits.end(), std::back_inserter(problems));
    return tl::unexpected<LoadError>(LoadError(std::move(problems)));
  }
  const std::shared_ptr<Model> model(new Model());
  for (std::string& warning : loader.findings.warnings) {
    model->warnings_.push_back((place.empty() ? "" : place + ": ") + std::move(warning));
  }
  model->place_ = std::move(place);
  model->info_ = bundle.info();
  model->limits_ = bundle.limits();
  model->stages_ = std::move(loader.stages);
  model->inputs_ = std::move(columns.inputs);
  model->outputs_ = std::move(columns.outputs);
  model->bundle_bytes_ = bundle.inflated_bytes();
  model->content_hash_ = bundle.content_hash();
  if (bundle.Contains(kGoldenMember)) {
    PILLION_ASSIGN(model->golden_, bundle.ReadFile(kGoldenMember));
  }
  return model;
}

}  // namespace pillion
