// A bundle opened for reading: a zip or a directory, JSON or protobuf, seen alike. Paths are
// inside the bundle, with "/", such as "root/lr.node"; nothing is extracted, no other file opened.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "engine/bundle_info.h"
#include "engine/files/content_hash.h"
#include "engine/formats/mleap/attributes.h"
#include "engine/limits.h"

namespace pillion {

class Archive;

struct Socket {
  std::string port;
  std::string name;  // the column
};

// node.json or node.pb
struct NodeFile {
  std::string name;
  std::vector<Socket> inputs;
  std::vector<Socket> outputs;
};

// model.json or model.pb
struct ModelFile {
  std::string op;
  Attributes attributes;
};

// One thread at a time.
class Bundle {
 public:
  // `path` may also be a URI, see ReadLocation. Decides by what lies there, not by its name. Errors
  // name places in the bundle, not `path`: kNotFound, kBadArchive, kBadBundle, kOverLimit.
  static Result<Bundle> Open(const std::filesystem::path& path, const Limits& limits);
  // The same of a zip in memory.
  static Result<Bundle> OpenBytes(std::string zip_bytes, const Limits& limits);

  Bundle(Bundle&&) noexcept;
  Bundle& operator=(Bundle&&) noexcept;
  ~Bundle();

  const BundleInfo& info() const { return info_; }
  const Limits& limits() const { return limits_; }
  // Of what was read so far.
  std::uint64_t inflated_bytes() const;
  ContentHash content_hash() const;

  Result<NodeFile> ReadNode(std::string_view directory);
  Result<ModelFile> ReadModel(std::string_view directory);

  // The path of a node's or model's file, for messages: "root/model.json".
  std::string FilePath(std::string_view directory, std::string_view stem) const;

  bool Contains(std::string_view path) const;
  // Paths of files, see Archive::Names().
  std::vector<std::string> FilesBelow(std::string_view directory) const;
  Result<std::string> ReadFile(std::string_view path);

 private:
  Bundle(std::unique_ptr<Archive> archive, const Limits& limits);
  static Result<Bundle> Begin(std::unique_ptr<Archive> archive, const Limits& limits);
  // Of a node's or model's file.
  Result<std::string> ReadPart(const std::string& path);

  std::unique_ptr<Archive> archive_;
  Limits limits_;
  BundleInfo info_;
};

}  // namespace pillion
