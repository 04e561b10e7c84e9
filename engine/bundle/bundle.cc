#include "engine/bundle/bundle.h"

#include <utility>

#include "engine/bundle/archive.h"
#include "engine/bundle/json_files.h"
#include "engine/bundle/proto_files.h"

namespace pillion {
namespace {

constexpr std::string_view kBundleFile = "bundle.json";  // JSON in protobuf bundles too

}  // namespace

Bundle::Bundle(std::unique_ptr<Archive> archive, const Limits& limits)
    : archive_(std::move(archive)), limits_(limits) {}
Bundle::Bundle(Bundle&&) noexcept = default;
Bundle& Bundle::operator=(Bundle&&) noexcept = default;
Bundle::~Bundle() = default;

Result<Bundle> Bundle::Open(const std::filesystem::path& path, const Limits& limits) {
  return Begin(Archive::Open(path, limits), limits);
}

Result<Bundle> Bundle::OpenBytes(std::string zip_bytes, const Limits& limits) {
  return Begin(Archive::OpenZip(std::move(zip_bytes), "the zip", limits), limits);
}

Result<Bundle> Bundle::Begin(Result<std::unique_ptr<Archive>> archive, const Limits& limits) {
  if (!archive) return tl::unexpected<LoadError>(std::move(archive).error());
  Bundle bundle(*std::move(archive), limits);
  if (!bundle.Contains(kBundleFile)) {
    return Fail(LoadCode::kBadBundle, std::string(kBundleFile), "no such file in the bundle");
  }
  std::string text;
  PILLION_ASSIGN(text, bundle.ReadFile(kBundleFile));
  PILLION_ASSIGN(bundle.info_, ParseBundleJson(text, kBundleFile, limits));
  return bundle;
}

std::uint64_t Bundle::inflated_bytes() const { return archive_->read_bytes(); }
ContentHash Bundle::content_hash() const { return archive_->content_hash(); }

Result<NodeFile> Bundle::ReadNode(std::string_view directory) {
  const std::string path = FilePath(directory, "node");
  std::string bytes;
  PILLION_ASSIGN(bytes, ReadFile(path));
  return info_.format == BundleFormat::kJson ? ParseNodeJson(bytes, path, limits_)
                                             : ParseNodeProto(bytes, path, limits_);
}

Result<ModelFile> Bundle::ReadModel(std::string_view directory) {
  const std::string path = FilePath(directory, "model");
  std::string bytes;
  PILLION_ASSIGN(bytes, ReadFile(path));
  return info_.format == BundleFormat::kJson ? ParseModelJson(bytes, path, limits_)
                                             : ParseModelProto(bytes, path, limits_);
}

std::string Bundle::FilePath(std::string_view directory, std::string_view stem) const {
  std::string path(directory);
  path.append("/").append(stem);
  return path.append(info_.format == BundleFormat::kJson ? ".json" : ".pb");
}

bool Bundle::Contains(std::string_view path) const { return archive_->Contains(path); }

Result<std::string> Bundle::ReadFile(std::string_view path) { return archive_->Read(path); }

}  // namespace pillion
