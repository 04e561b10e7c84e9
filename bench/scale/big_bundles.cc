#include "bench/scale/big_bundles.h"

#include <fmt/format.h>

#include <fstream>
#include <string>

namespace pillion::bench {
namespace {

namespace fs = std::filesystem;

void WriteText(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

void WriteBundleFile(const fs::path& directory) {
  WriteText(directory / "bundle.json",
            R"({"uid": "00000000-0000-0000-0000-000000000000", "name": "big", "format": "json",
                "version": "0.25.2", "timestamp": "2024-01-01T00:00:00"})");
}

std::string Sockets(std::string_view port, std::string_view column) {
  return fmt::format(R"([{{"name": "{}", "port": "{}"}}])", column, port);
}

void WriteNode(const fs::path& directory, std::string_view inputs, std::string_view outputs) {
  WriteText(directory / "node.json",
            fmt::format(R"({{"name": "node", "shape": {{"inputs": {}, "outputs": {}}}}})", inputs,
                        outputs));
}

// A list "item(0), item(1), …" with a line break now and then.
template <typename F>
void WriteList(std::ostream& out, std::uint64_t count, F item) {
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i > 0) out << (i % 16 == 0 ? ",\n" : ", ");
    out << item(i);
  }
}

std::string Label(std::uint64_t i) { return fmt::format("\"label-{:x}\"", i * 2654435761U); }

void WriteStringIndexer(const fs::path& directory, std::uint64_t count) {
  WriteBundleFile(directory);
  WriteNode(directory / "root", Sockets("input", "text"), Sockets("output", "index"));
  std::ofstream out(directory / "root/model.json");
  out << R"({"op": "string_indexer", "attributes": {"labels": {"type": "list", "string": [)";
  WriteList(out, count, Label);
  out << R"(]}, "handle_invalid": {"string": "keep"}}})";
}

void WriteCountVectorizer(const fs::path& directory, std::uint64_t count) {
  WriteBundleFile(directory);
  WriteNode(directory / "root", Sockets("input", "words"), Sockets("output", "counts"));
  std::ofstream out(directory / "root/model.json");
  out << R"({"op": "count_vectorizer", "attributes": {"binary": {}, "min_tf": {"double": 1},
             "vocabulary": {"type": "list", "string": [)";
  WriteList(out, count, Label);
  out << "]}}}";
}

void WriteHashing(const fs::path& directory, std::uint64_t count) {
  WriteBundleFile(directory);
  WriteNode(directory / "root", Sockets("input", "words"), Sockets("output", "counts"));
  WriteText(directory / "root/model.json",
            fmt::format(R"({{"op": "hashing_term_frequency", "attributes": {{"binary": {{}},
                             "num_features": {{"long": {}}}}}}})",
                        count));
}

// Perfect trees of 2^15 - 1 nodes, in pre-order.
constexpr int kTreeDepth = 14;
constexpr std::uint64_t kTreeNodes = (2ULL << kTreeDepth) - 1;

void WriteTreeNodes(std::ostream& out, int depth, std::uint64_t* state) {
  *state = *state * 6364136223846793005U + 1442695040888963407U;
  const double value = static_cast<double>(*state >> 11) / 9007199254740992.0;
  if (depth == 0) {
    out << fmt::format("{{\"type\":\"leaf\",\"values\":[{}]}}\n", value);
    return;
  }
  out << fmt::format(
      "{{\"split\":{{\"featureIndex\":{},\"threshold\":{},\"type\":\"continuous\"}},"
      "\"type\":\"internal\"}}\n",
      *state % 32, value);
  WriteTreeNodes(out, depth - 1, state);
  WriteTreeNodes(out, depth - 1, state);
}

void WriteForest(const fs::path& directory, std::uint64_t count) {
  const std::uint64_t trees = std::max<std::uint64_t>(1, count / kTreeNodes);
  WriteBundleFile(directory);
  WriteNode(directory / "root", Sockets("features", "features"),
            Sockets("prediction", "prediction"));
  std::ofstream out(directory / "root/model.json");
  out << R"({"op": "random_forest_regression", "attributes": {"num_features": {"long": 32},
             "tree_weights": {"type": "list", "double": [)";
  WriteList(out, trees, [](std::uint64_t) { return "1.0"; });
  out << R"(]}, "trees": {"type": "list", "string": [)";
  WriteList(out, trees, [](std::uint64_t i) { return fmt::format("\"tree{}\"", i); });
  out << "]}}}";
  std::uint64_t state = 1;
  for (std::uint64_t i = 0; i < trees; ++i) {
    const fs::path tree = directory / "root" / fmt::format("tree{}", i);
    WriteText(tree / "model.json", R"({"op": "decision_tree_regression",
                                       "attributes": {"num_features": {"long": 32}}})");
    std::ofstream nodes(tree / "tree.json");
    WriteTreeNodes(nodes, kTreeDepth, &state);
  }
}

void WritePipeline(const fs::path& directory, std::uint64_t count) {
  WriteBundleFile(directory);
  WriteNode(directory / "root", "[]", "[]");
  std::ofstream out(directory / "root/model.json");
  out << R"({"op": "pipeline", "attributes": {"nodes": {"type": "list", "string": [)";
  WriteList(out, count, [](std::uint64_t i) { return fmt::format("\"stage{}\"", i); });
  out << "]}}}";
  for (std::uint64_t i = 0; i < count; ++i) {
    const fs::path stage = directory / "root" / fmt::format("stage{}.node", i);
    WriteText(stage / "model.json",
              R"({"op": "imputer", "attributes": {"surrogate_value": {"double": 1},
                  "strategy": {"string": "mean"}}})");
    WriteNode(stage, Sockets("input", fmt::format("column{}", i)),
              Sockets("output", fmt::format("column{}", i + 1)));
  }
}

void WriteWideRow(const fs::path& directory, std::uint64_t count) {
  WriteBundleFile(directory);
  fs::create_directories(directory / "root");
  std::ofstream node(directory / "root/node.json");
  node << R"({"name": "node", "shape": {"outputs": [{"name": "features", "port": "output"}],
              "inputs": [)";
  WriteList(node, count, [](std::uint64_t i) {
    return fmt::format(R"({{"name": "column{0}", "port": "input{0}"}})", i);
  });
  node << "]}}";
  std::ofstream out(directory / "root/model.json");
  out << R"({"op": "vector_assembler", "attributes": {"input_shapes": {"type": "list",
             "data_shape": [)";
  WriteList(out, count, [](std::uint64_t) { return R"({"base": "scalar", "isNullable": false})"; });
  out << "]}}}";
}

constexpr BigBundle kBundles[] = {
    {"string_indexer", "labels", 1'000'000, WriteStringIndexer},
    {"count_vectorizer", "terms", 262'144, WriteCountVectorizer},
    {"hashing_tf", "features", 1 << 20, WriteHashing},
    {"forest", "nodes", 4'000'000, WriteForest},
    {"pipeline", "stages", 1'000, WritePipeline},
    {"wide_row", "columns", 10'000, WriteWideRow},
};

}  // namespace

std::span<const BigBundle> BigBundles() { return kBundles; }

}  // namespace pillion::bench
