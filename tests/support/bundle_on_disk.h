// A bundle in a directory of its own, written file by file and removed at the end.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "engine/model.h"

namespace pillion::testing {

class BundleOnDisk {
 public:
  BundleOnDisk() {
    std::string name = (std::filesystem::temp_directory_path() / "pillion-XXXXXX").string();
    root_ = mkdtemp(name.data());
    Write("bundle.json", R"({"uid":"00000000-0000-0000-0000-000000000000","name":"t",
                             "format":"json","version":"0.25.2","timestamp":""})");
  }
  ~BundleOnDisk() { std::filesystem::remove_all(root_); }
  BundleOnDisk(const BundleOnDisk&) = delete;
  BundleOnDisk& operator=(const BundleOnDisk&) = delete;

  const std::filesystem::path& root() const { return root_; }

  void Write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  void Pipeline(const std::string& directory, const std::string& nodes) {
    Write(directory + "/node.json", R"({"name":"p","shape":{"inputs":[],"outputs":[]}})");
    Write(directory + "/model.json",
          R"({"op":"pipeline","attributes":{"nodes":{"type":"list","string":[)" + nodes + "]}}}");
  }
  // `sockets` such as R"("inputs":[{"port":"input","name":"a"}],"outputs":[])".
  void Node(const std::string& directory, const std::string& sockets, const std::string& op,
            const std::string& attributes) {
    Write(directory + "/node.json", R"({"name":"n","shape":{)" + sockets + "}}");
    Write(directory + "/model.json", R"({"op":")" + op + R"(","attributes":{)" + attributes + "}}");
  }
  void Binarizer(const std::string& directory, const std::string& in, const std::string& out,
                 double threshold) {
    Node(directory,
         R"("inputs":[{"port":"input","name":")" + in +
             R"("}],"outputs":[{"port":"output","name":")" + out + R"("}])",
         "binarizer",
         R"("threshold":{"double":)" + std::to_string(threshold) +
             R"(},"input_shapes":{"data_shape":{"base":"scalar","isNullable":false}})");
  }

  // `inputs` and `outputs` such as R"({"port":"input","name":"a"})", separated by commas.
  void Stage(const std::string& directory, const std::string& op, const std::string& inputs,
             const std::string& outputs, const std::string& attributes) {
    Node(directory, R"("inputs":[)" + inputs + R"(],"outputs":[)" + outputs + "]", op, attributes);
  }

  Result<std::shared_ptr<const Model>> Load(const Limits& limits = {}) const {
    return Model::Load(root_, limits);
  }

 private:
  std::filesystem::path root_;
};

}  // namespace pillion::testing
