#include "engine/formats/mleap/bundle.h"

#include <system_error>
#include <utility>

#include "base/quote.h"
#include "engine/files/archive.h"
#include "engine/files/foreign_file.h"
#include "engine/files/location.h"
#include "engine/formats/mleap/bundle_folder.h"
#include "engine/formats/mleap/json_files.h"
#include "engine/formats/mleap/proto_files.h"

namespace pillion {
namespace {

constexpr std::string_view Extension(BundleFormat format) {
  return format == BundleFormat::kJson ? ".json" : ".pb";
}

// The bundle that a directory without bundle.json is a part of, as the path of its own; else empty.
std::filesystem::path BundleAbove(std::filesystem::path path) {
  std::error_code error;
  path = std::filesystem::absolute(path, error).lexically_normal();
  if (path.filename().empty()) path = path.parent_path();  // "m/root/"
  while (path.extension() == ".node" || path.filename() == "root") {
    path = path.parent_path();
    if (std::filesystem::exists(path / kBundleFile, error)) return path;
  }
  return {};
}

}  // namespace

Bundle::Bundle(std::unique_ptr<Archive> archive, const Limits& limits)
    : archive_(std::move(archive)), limits_(limits) {}
Bundle::Bundle(Bundle&&) noexcept = default;
Bundle& Bundle::operator=(Bundle&&) noexcept = default;
Bundle::~Bundle() = default;

Result<Bundle> Bundle::Open(const std::filesystem::path& path, const Limits& limits) {
  Location location;
  PILLION_ASSIGN(location, ReadLocation(path.string()));
  std::unique_ptr<Archive> archive;
  PILLION_ASSIGN(archive, Archive::Open(location.path, limits));
  if (!location.folder.empty()) {
    if (const auto fault = FaultOfName(location.folder, limits)) {
      return Fail(LoadCode::kNotFound, "", "a URI with " + *fault);
    }
    archive->Enter(location.folder);
    if (archive->Names().empty()) {
      return Fail(LoadCode::kNotFound, "",
                  "there is no folder " + Quote(location.folder) + " in it");
    }
  }
  const bool may_be_part = archive->is_directory() && !archive->Contains(kBundleFile);
  if (const auto above = may_be_part ? BundleAbove(location.path) : std::filesystem::path();
      !above.empty()) {
    return Fail(LoadCode::kBadBundle, "",
                "this is a part of the bundle " + Quote(above.string()) + ": name that");
  }
  return Begin(std::move(archive), limits);
}

Result<Bundle> Bundle::OpenBytes(std::string zip_bytes, const Limits& limits) {
  std::unique_ptr<Archive> archive;
  PILLION_ASSIGN(archive, Archive::OpenZip(std::move(zip_bytes), limits));
  return Begin(std::move(archive), limits);
}

Result<Bundle> Bundle::Begin(std::unique_ptr<Archive> archive, const Limits& limits) {
  std::string folder;
  PILLION_ASSIGN(folder, FindBundleFolder(*archive));
  archive->Enter(folder);
  Bundle bundle(std::move(archive), limits);
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
  PILLION_ASSIGN(bytes, ReadPart(path));
  return info_.format == BundleFormat::kJson ? ParseNodeJson(bytes, path, limits_)
                                             : ParseNodeProto(bytes, path, limits_);
}

Result<ModelFile> Bundle::ReadModel(std::string_view directory) {
  const std::string path = FilePath(directory, "model");
  std::string bytes;
  PILLION_ASSIGN(bytes, ReadPart(path));
  return info_.format == BundleFormat::kJson ? ParseModelJson(bytes, path, limits_)
                                             : ParseModelProto(bytes, path, limits_);
}

std::string Bundle::FilePath(std::string_view directory, std::string_view stem) const {
  std::string path(directory);
  path.append("/").append(stem);
  return path.append(Extension(info_.format));
}

bool Bundle::Contains(std::string_view path) const { return archive_->Contains(path); }

std::vector<std::string> Bundle::FilesBelow(std::string_view directory) const {
  const std::string prefix = std::string(directory) + "/";
  std::vector<std::string> paths = archive_->Names();
  std::erase_if(paths, [&](const std::string& path) { return !path.starts_with(prefix); });
  return paths;
}

Result<std::string> Bundle::ReadFile(std::string_view path) {
  std::string bytes;
  PILLION_ASSIGN(bytes, archive_->Read(path));
  if (const auto pointer = DescribeLfsPointer(bytes)) {
    return Fail(LoadCode::kBadBundle, std::string(path), *pointer);
  }
  return bytes;
}

Result<std::string> Bundle::ReadPart(const std::string& path) {
  Result<std::string> bytes = ReadFile(path);
  if (bytes || Contains(path)) return bytes;
  const bool is_json = info_.format == BundleFormat::kJson;
  std::string twin = path.substr(0, path.rfind('.'));
  twin += Extension(is_json ? BundleFormat::kProtobuf : BundleFormat::kJson);
  if (!Contains(twin)) return bytes;
  return Fail(LoadCode::kBadBundle, path,
              "no such file, but " + Quote(twin) + ", while bundle.json says that the format is " +
                  (is_json ? "json" : "protobuf"));
}

}  // namespace pillion
