#include "engine/files/archive.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/quote.h"
#include "base/suggest.h"
#include "engine/files/foreign_file.h"

namespace pillion {
namespace {

// Why `path` could not be opened, by errno; where it is not there, with the nearest that is.
std::string DescribeOpenError(const std::filesystem::path& path) {
  const int error = errno;
  std::string text = std::generic_category().message(error);
  if (error != ENOENT) return text;
  constexpr std::size_t kNamesMax = 1000;
  std::vector<std::string> names;
  std::error_code unreadable;
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  for (std::filesystem::directory_iterator it(parent, unreadable), end;
       !unreadable && it != end && names.size() < kNamesMax; it.increment(unreadable)) {
    names.push_back(it->path().filename());
  }
  return text + DidYouMean(path.filename().string(), {names.begin(), names.end()});
}

}  // namespace

Result<std::unique_ptr<Archive>> Archive::Open(const std::filesystem::path& path,
                                               const Limits& limits) {
  // Non-blocking, or a pipe of that name would hold us until somebody writes to it.
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return Fail(LoadCode::kNotFound, "", DescribeOpenError(path));
  }
  if (S_ISDIR(status.st_mode)) return OpenDirectory(std::move(file), limits);
  // What is no zip may be larger than any zip may be, and is named nevertheless.
  if (S_ISREG(status.st_mode)) PILLION_TRY(CheckZipStart(PeekDescriptor(file, kForeignBytes)));
  std::string bytes;
  PILLION_ASSIGN(bytes, ReadDescriptor(file, limits.archive_bytes_max, ""));
  return OpenZip(std::move(bytes), limits);
}

void Archive::Enter(std::string_view folder) {
  if (!folder.empty()) folder_.append(folder).append("/");
}

bool Archive::Contains(std::string_view name) const {
  return !FaultOfName(name, limits_) && ContainsFile(folder_ + std::string(name));
}

std::vector<std::string> Archive::Names() const {
  std::vector<std::string> names;
  for (std::string& name : AllNames()) {
    if (name.starts_with(folder_)) names.push_back(name.substr(folder_.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Archive::Peek(std::string_view name, std::size_t bytes_max) const {
  if (FaultOfName(name, limits_)) return {};
  return PeekFile(folder_ + std::string(name), bytes_max);
}

Result<std::string> Archive::Read(std::string_view name) {
  if (const auto fault = FaultOfName(name, limits_)) {
    return Fail(LoadCode::kBadArchive, Quote(name), *fault);
  }
  const std::uint64_t left = limits_.inflated_bytes_max - read_bytes_;
  std::string bytes;
  PILLION_ASSIGN(bytes,
                 ReadFile(folder_ + std::string(name), std::min(left, limits_.entry_bytes_max)));
  read_bytes_ += bytes.size();
  if (!hasher_.Add(name, bytes)) {
    return Fail(LoadCode::kBadArchive, Quote(name), "changed while the bundle was read");
  }
  return bytes;
}

std::optional<std::string> FaultOfName(std::string_view name, const Limits& limits) {
  if (name.size() > limits.name_bytes_max) {
    return "a name longer than the limit of " + std::to_string(limits.name_bytes_max) + " bytes";
  }
  if (name.find('\\') != std::string_view::npos) return "a name with a backslash";
  if (name.find('\0') != std::string_view::npos) return "a name with a zero byte";
  if (name.starts_with('/')) return "an absolute name";
  std::uint32_t segments = 0;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view segment = name.substr(begin, end - begin);
    if (segment.empty() || segment == "." || segment == "..") {
      return "a name with the segment " + Quote(segment);
    }
    if (++segments > limits.name_segments_max) {
      return "a name of more segments than the limit of " +
             std::to_string(limits.name_segments_max);
    }
    begin = end + 1;
  }
  return std::nullopt;
}

std::string PeekDescriptor(const UniqueFd& file, std::size_t bytes_max) {
  std::string bytes(bytes_max, '\0');
  const ssize_t count = ::pread(file.get(), bytes.data(), bytes.size(), 0);
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return bytes;
}

Result<std::string> ReadDescriptor(const UniqueFd& file, std::uint64_t bytes_max,
                                   std::string_view where) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return Fail(LoadCode::kBadArchive, std::string(where), "neither a file nor a directory");
  }
  const auto over_limit = [&] {
    return Fail(LoadCode::kOverLimit, std::string(where),
                "larger than the limit of " + std::to_string(bytes_max) + " bytes");
  };
  if (static_cast<std::uint64_t>(status.st_size) > bytes_max) return over_limit();
  // One byte more than the file should have tells whether it has grown.
  std::string bytes(static_cast<std::size_t>(status.st_size) + 1, '\0');
  std::size_t size = 0;
  while (true) {
    if (size > bytes_max) return over_limit();
    if (size == bytes.size()) bytes.resize(std::min<std::uint64_t>(2 * size, bytes_max + 1));
    const ssize_t count = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return Fail(LoadCode::kBadArchive, std::string(where),
                  "cannot be read: " + std::generic_category().message(errno));
    }
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace pillion
