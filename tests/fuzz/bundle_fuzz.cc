// Bytes as a bundle, read to its last node. Bytes that begin as a zip does are one; others list
// the files of an honest zip, so that the readers behind its checksums are reached too:
//   name "\x1d\x1d" content "\x1e\x1e" name "\x1d\x1d" content ...
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/formats/mleap/bundle.h"
#include "engine/formats/mleap/tree_file.h"
#include "tests/support/zip_writer.h"

namespace pillion {
namespace {

constexpr std::size_t kModelsMax = 100;

void Require(bool holds) {
  if (!holds) std::abort();
}

template <typename T>
bool Read(const Result<T>& result) {
  if (!result) Require(!result.error().problems.empty() && !result.error().Text().empty());
  return result.has_value();
}

std::string ZipOf(std::string_view list) {
  constexpr std::string_view kAfterName = "\x1d\x1d";
  constexpr std::string_view kAfterFile = "\x1e\x1e";
  std::vector<testing::ZipMember> members;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(kAfterFile, begin), list.size());
    const std::string_view file = list.substr(begin, end - begin);
    const std::size_t name_end = std::min(file.find(kAfterName), file.size());
    testing::ZipMember member;
    member.name = file.substr(0, name_end);
    if (name_end < file.size()) member.content = file.substr(name_end + kAfterName.size());
    members.push_back(std::move(member));
    begin = end + kAfterFile.size();
  }
  return testing::WriteZip(members);
}

void CheckTensors(const ModelFile& model) {
  for (const auto& [name, value] : model.attributes.values) {
    for (const TensorAttribute& tensor : value.tensors) {
      std::uint64_t product = 1;
      for (const std::int32_t dimension : tensor.dimensions) {
        Require(dimension >= 0);
        product *= static_cast<std::uint64_t>(dimension);
      }
      Require(product == tensor.doubles.size() + tensor.floats.size() + tensor.integers.size() +
                             tensor.strings.size());
    }
  }
}

void ReadTrees(const Bundle& bundle, const std::string& bytes) {
  const auto decisions =
      ReadDecisionTree(bytes, bundle.info().format, bundle.limits(), "root/tree");
  if (Read(decisions)) {
    for (std::size_t i = 0; i < decisions->nodes.size(); ++i) {
      const DecisionTreeFile::Node& node = decisions->nodes[i];
      Require(node.values_begin + node.values_count <= decisions->values.size());
      if (node.kind == DecisionTreeFile::Kind::kLeaf) continue;
      Require(node.right > i + 1 && node.right < decisions->nodes.size() && node.feature >= 0);
    }
  }
  const auto clusters = ReadClusterTree(bytes, bundle.info().format, bundle.limits(), "root/tree");
  if (Read(clusters)) {
    for (std::size_t i = 0; i < clusters->nodes.size(); ++i) {
      const ClusterTreeFile::Node& node = clusters->nodes[i];
      Require(node.center_begin + node.center_count <= clusters->centers.size());
      Require(node.subtree_end > i && node.subtree_end <= clusters->nodes.size());
    }
  }
}

void ReadModels(Bundle& bundle) {
  std::vector<std::string> directories = {"root"};
  for (std::size_t i = 0; i < directories.size() && i < kModelsMax; ++i) {
    const std::string directory = directories[i];
    Read(bundle.ReadNode(directory));
    const auto tree = bundle.ReadFile(bundle.FilePath(directory, "tree"));
    if (Read(tree)) ReadTrees(bundle, *tree);
    const auto model = bundle.ReadModel(directory);
    if (!Read(model)) continue;
    CheckTensors(*model);
    const AttributeValue* nodes = model->attributes.Find("nodes");
    if (nodes == nullptr) continue;
    for (const std::string& child : nodes->strings) {
      directories.push_back(directory + "/" + child + ".node");
    }
  }
}

}  // namespace
}  // namespace pillion

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pillion;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Limits limits;
  limits.entry_bytes_max = 1 << 20;
  limits.inflated_bytes_max = 4 << 20;
  auto bundle =
      Bundle::OpenBytes(bytes.starts_with("PK") ? std::string(bytes) : ZipOf(bytes), limits);
  if (Read(bundle)) ReadModels(*bundle);
  return 0;
}
