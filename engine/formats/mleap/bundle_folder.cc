#include "engine/formats/mleap/bundle_folder.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/quote.h"
#include "engine/files/foreign_file.h"

namespace pillion {
namespace {

using Names = std::vector<std::string>;

std::string_view FolderOf(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
}

std::string_view FileOf(std::string_view name) { return name.substr(name.rfind('/') + 1); }

std::string_view TopOf(std::string_view name) { return name.substr(0, name.find('/')); }

// What file managers leave.
bool IsJunk(std::string_view name) {
  const std::string_view file = FileOf(name);
  return name.starts_with("__MACOSX/") || file.starts_with("._") || file == ".DS_Store" ||
         file == "Thumbs.db" || file == "desktop.ini";
}

Names WithoutJunk(Names names) {
  names.erase(std::remove_if(names.begin(), names.end(), IsJunk), names.end());
  return names;
}

bool Has(const Names& names, std::string_view name) {
  return std::binary_search(names.begin(), names.end(), name);
}

bool HasBelow(const Names& names, std::string_view folder) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return name.starts_with(folder); });
}

// "'a', 'b' and 5 more".
template <typename Texts>
std::string Listed(const Texts& texts) {
  constexpr std::size_t kShown = 4;
  std::string list;
  std::size_t count = 0;
  for (const auto& text : texts) {
    if (count++ == kShown) break;
    if (!list.empty()) list += ", ";
    list += Quote(text);
  }
  if (texts.size() > kShown) list += " and " + std::to_string(texts.size() - kShown) + " more";
  return list;
}

std::set<std::string_view> FoldersWith(const Names& names, std::string_view file) {
  std::set<std::string_view> folders;
  for (const std::string& name : names) {
    if (FileOf(name) == file) folders.insert(FolderOf(name));
  }
  return folders;
}

// Folders of nodes, not below others.
std::set<std::string_view> TopNodes(const Names& names) {
  std::set<std::string_view> nodes;
  for (const std::string& name : names) {
    const std::string_view top = TopOf(name);
    if (top != name && (top.ends_with(".node") || top == "root")) nodes.insert(top);
  }
  return nodes;
}

constexpr std::string_view kWriteAsBundle =
    "a bundle has bundle.json above its nodes, which MLeap writes by serializeToBundle in Spark "
    "and "
    "by serialize_to_bundle(folder, name, init=True) in scikit-learn";

std::optional<std::string> DescribeNodes(const Names& names) {
  if ((Has(names, "model.json") && Has(names, "node.json")) ||
      (Has(names, "model.pb") && Has(names, "node.pb"))) {
    return "this is a node alone, a part of a bundle; " + std::string(kWriteAsBundle);
  }
  if (Has(names, "model.json") || Has(names, "model.pb")) {
    return "this is the model of a node, a part of a bundle; " + std::string(kWriteAsBundle);
  }
  const std::set<std::string_view> nodes = TopNodes(names);
  if (nodes.empty()) return std::nullopt;
  return (nodes.size() == 1 ? "there is a single node, " : "there are only nodes, ") +
         Listed(nodes) + "; " + std::string(kWriteAsBundle);
}

struct ForeignTree {
  std::string_view member;  // a file, or a folder if it ends in "/"
  std::string_view also;    // another; empty: none
  std::string_view what;
  std::string_view way_out;
};

constexpr std::string_view kWriteBySpark =
    "load it in Spark and write it with MLeap, as by "
    "model.serializeToBundle(\"jar:file:/tmp/model.zip\", model.transform(rows))";
constexpr std::string_view kWritePipeline = "write the pipeline that is in it with MLeap";

constexpr ForeignTree kForeignTrees[] = {
    {"metadata/", "stages/", "a pipeline as Spark saves it", kWriteBySpark},
    {"metadata/", "data/", "a model as Spark saves it", kWriteBySpark},
    {"metadata/", "bestModel/", "a model as Spark saves it", kWriteBySpark},
    {"metadata/part-00000", "", "a transformer as Spark saves it", kWriteBySpark},
    {"MLmodel", "", "an MLflow model", kWritePipeline},
    {"saved_model.pb", "", "a TensorFlow SavedModel",
     "a bundle is wanted, which TensorFlow does not write"},
    {"model.ini", "domains/", "an H2O MOJO", "a bundle is wanted, which H2O does not write"},
    {"config.json", "model.weights.h5", "a Keras model",
     "a bundle is wanted, which Keras does not write"},
    {"[Content_Types].xml", "", "an Office document", "name the bundle itself"},
    {"META-INF/MANIFEST.MF", "", "a jar of Java classes",
     "a bundle is the zip that MLeap wrote, not its program"},
    {"_delta_log/", "", "a Delta table", "name the bundle itself"},
};

std::optional<std::string> DescribeTree(const Names& names) {
  const auto has = [&](std::string_view member) {
    return member.ends_with('/') ? HasBelow(names, member) : Has(names, member);
  };
  for (const ForeignTree& tree : kForeignTrees) {
    if (!has(tree.member) || (!tree.also.empty() && !has(tree.also))) continue;
    return std::string("this is ").append(tree.what).append(": ").append(tree.way_out);
  }
  for (const std::string& name : names) {
    if (FileOf(name) == "data.pkl") {
      return "this is a PyTorch model: a bundle is wanted, which PyTorch does not write";
    }
  }
  return std::nullopt;
}

// A tree that is known, at the top or in the only folder.
std::optional<std::string> DescribeTreeOrFolder(const Names& names) {
  if (auto tree = DescribeTree(names)) return tree;
  if (names.empty()) return std::nullopt;
  const std::string top(TopOf(names.front()));
  Names below;
  for (const std::string& name : names) {
    if (!name.starts_with(top + "/")) return std::nullopt;
    below.push_back(name.substr(top.size() + 1));
  }
  if (auto tree = DescribeTree(below)) return "in " + Quote(top) + ", " + *tree;
  return std::nullopt;
}

// Files that one may have meant, or what they are.
std::optional<std::string> DescribeFiles(const Archive& archive, const Names& names) {
  constexpr std::size_t kFilesMax = 16;
  const std::string here = archive.is_directory() ? "here" : "in it";
  std::vector<std::string> zips;
  for (std::size_t i = 0; i < names.size() && i < kFilesMax; ++i) {
    if (archive.Peek(names[i], 4) == "PK\3\4") zips.push_back(names[i]);
  }
  if (!zips.empty()) {
    const std::string way_out =
        archive.is_directory() ? "name that file" : "unpack this one and name what was in it";
    return "there is " + Listed(zips) + " " + here + ": " + way_out;
  }
  for (std::size_t i = 0; i < names.size() && i < kFilesMax; ++i) {
    const auto foreign = DescribeForeign(archive.Peek(names[i], kForeignBytes));
    if (foreign) return "there is " + Quote(names[i]) + " " + here + ", " + *foreign;
  }
  return std::nullopt;
}

std::string WhatIsThere(const Archive& archive, const Names& names) {
  if (names.empty()) return archive.is_directory() ? "the directory is empty" : "the zip is empty";
  if (auto nodes = DescribeNodes(names)) return *nodes;
  if (auto tree = DescribeTreeOrFolder(names)) return *tree;
  if (auto files = DescribeFiles(archive, names)) return *files;
  std::set<std::string_view> tops;
  for (const std::string& name : names) tops.insert(TopOf(name));
  return "there is " + Listed(tops);
}

std::string PointTo(const Archive& archive, const std::set<std::string_view>& folders) {
  const std::string list = Listed(folders);
  if (archive.is_directory()) {
    return folders.size() == 1 ? "it lies in " + list + " below: name that directory"
                               : "it lies in " + list + ": name one of these directories";
  }
  return "it lies in " + list + ": name the folder, as by jar:file:/PATH/OF/THE.zip!/" +
         std::string(*folders.begin()) + ", or zip what is in it";
}

}  // namespace

Result<std::string> FindBundleFolder(const Archive& archive) {
  if (archive.Contains(kBundleFile)) return std::string();
  const Names names = WithoutJunk(archive.Names());
  const std::set<std::string_view> folders = FoldersWith(names, kBundleFile);
  const bool is_plain = !archive.is_directory() && folders.size() == 1 &&
                        folders.begin()->find('/') == std::string_view::npos;
  if (is_plain) return std::string(*folders.begin());
  const std::string what =
      folders.empty() ? WhatIsThere(archive, names) : PointTo(archive, folders);
  return Fail(LoadCode::kBadBundle, "",
              std::string(kBundleFile) + " is missing, so this is no bundle; " + what);
}

}  // namespace pillion
