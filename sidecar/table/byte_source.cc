#include "sidecar/table/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace pillion {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr std::uint64_t kInflatedBytesFree = 64ULL << 20;
constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";

class DescriptorSource final : public ByteSource {
 public:
  DescriptorSource(int descriptor, bool owned, std::string name)
      : descriptor_(descriptor), owned_(owned), name_(std::move(name)) {}
  ~DescriptorSource() override {
    if (owned_) close(descriptor_);
  }

  Result<std::size_t> Read(std::span<char> room) override {
    for (;;) {
      const ssize_t count = read(descriptor_, room.data(), room.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return Fail(LoadCode::kNotFound, name_, std::strerror(errno));
    }
  }

  bool Ready() override {
    pollfd waiting{descriptor_, POLLIN, 0};
    return poll(&waiting, 1, 0) != 0;
  }

 private:
  int descriptor_;
  bool owned_;
  std::string name_;
};

// The bytes that were looked at, then the rest.
class PrefixedSource final : public ByteSource {
 public:
  PrefixedSource(std::string prefix, std::unique_ptr<ByteSource> rest)
      : prefix_(std::move(prefix)), rest_(std::move(rest)) {}

  Result<std::size_t> Read(std::span<char> room) override {
    if (taken_ == prefix_.size()) return rest_->Read(room);
    const std::size_t count = prefix_.copy(room.data(), room.size(), taken_);
    taken_ += count;
    return count;
  }
  bool Ready() override { return taken_ < prefix_.size() || rest_->Ready(); }

 private:
  std::string prefix_;
  std::size_t taken_ = 0;
  std::unique_ptr<ByteSource> rest_;
};

// Either library as one step: takes from `in`, gives to `out`, moves both on.
class Inflater {
 public:
  virtual ~Inflater() = default;
  enum class State : std::uint8_t { kWithinMember, kBetweenMembers, kDamaged };
  virtual State Step(std::string_view& in, std::span<char>& out) = 0;
};

class GzipInflater final : public Inflater {
 public:
  GzipInflater() { valid_ = inflateInit2(&stream_, 16 + MAX_WBITS) == Z_OK; }
  ~GzipInflater() override { inflateEnd(&stream_); }

  State Step(std::string_view& in, std::span<char>& out) override {
    if (!valid_) return State::kDamaged;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int code = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(in.size() - stream_.avail_in);
    out = out.last(stream_.avail_out);
    if (code == Z_STREAM_END) {
      valid_ = inflateReset(&stream_) == Z_OK;
      return State::kBetweenMembers;
    }
    return code == Z_OK || code == Z_BUF_ERROR ? State::kWithinMember : State::kDamaged;
  }

 private:
  z_stream stream_{};
  bool valid_ = false;
};

class ZstdInflater final : public Inflater {
 public:
  ZstdInflater() : stream_(ZSTD_createDCtx(), ZSTD_freeDCtx) {}

  State Step(std::string_view& in, std::span<char>& out) override {
    if (stream_ == nullptr) return State::kDamaged;
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t left = ZSTD_decompressStream(stream_.get(), &to, &from);
    in.remove_prefix(from.pos);
    out = out.subspan(to.pos);
    if (ZSTD_isError(left) != 0) return State::kDamaged;
    return left == 0 ? State::kBetweenMembers : State::kWithinMember;
  }

 private:
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> stream_;
};

class InflatedSource final : public ByteSource {
 public:
  InflatedSource(std::unique_ptr<ByteSource> source, std::unique_ptr<Inflater> inflater,
                 std::string name, std::uint64_t ratio_max)
      : source_(std::move(source)),
        inflater_(std::move(inflater)),
        name_(std::move(name)),
        ratio_max_(ratio_max),
        piece_(kPieceBytes) {}

  Result<std::size_t> Read(std::span<char> room) override {
    std::span<char> left = room;
    while (left.size() == room.size()) {
      if (in_.empty()) {
        std::size_t count = 0;
        PILLION_ASSIGN(count, source_->Read(piece_));
        if (count == 0 && state_ == Inflater::State::kBetweenMembers) return 0;
        if (count == 0) return Damaged("ends before its compressed data do");
        taken_ += count;
        in_ = {piece_.data(), count};
      }
      state_ = inflater_->Step(in_, left);
      if (state_ == Inflater::State::kDamaged) return Damaged("its compressed data are damaged");
    }
    const std::size_t count = room.size() - left.size();
    given_ += count;
    if (given_ > kInflatedBytesFree && given_ / ratio_max_ > taken_) {
      return Fail(LoadCode::kOverLimit, name_,
                  "inflates to more than " + std::to_string(ratio_max_) +
                      " times its size; decompress it by hand if that is meant");
    }
    return count;
  }

  bool Ready() override { return !in_.empty() || source_->Ready(); }

 private:
  tl::unexpected<LoadError> Damaged(const char* what) const {
    return Fail(LoadCode::kBadSchema, name_, what);
  }

  std::unique_ptr<ByteSource> source_;
  std::unique_ptr<Inflater> inflater_;
  std::string name_;
  std::uint64_t ratio_max_;
  std::vector<char> piece_;
  std::string_view in_;  // of piece_
  Inflater::State state_ = Inflater::State::kWithinMember;
  std::uint64_t taken_ = 0;
  std::uint64_t given_ = 0;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> OpenBytes(const std::string& path) {
  if (path == "-") {
    return std::make_unique<DescriptorSource>(STDIN_FILENO, false, "standard input");
  }
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return Fail(LoadCode::kNotFound, path, std::strerror(errno));
  return std::make_unique<DescriptorSource>(descriptor, true, path);
}

Result<std::unique_ptr<ByteSource>> Decompressed(std::unique_ptr<ByteSource> source,
                                                 std::string name, std::uint64_t ratio_max) {
  std::array<char, kZstdMagic.size()> first{};
  std::size_t size = 0;
  while (size < first.size()) {
    std::size_t count = 0;
    PILLION_ASSIGN(count, source->Read(std::span(first).subspan(size)));
    if (count == 0) break;
    size += count;
  }
  const std::string prefix(first.data(), size);
  source = std::make_unique<PrefixedSource>(prefix, std::move(source));
  std::unique_ptr<Inflater> inflater;
  if (prefix.starts_with(kGzipMagic)) inflater = std::make_unique<GzipInflater>();
  if (prefix.starts_with(kZstdMagic)) inflater = std::make_unique<ZstdInflater>();
  if (inflater == nullptr) return source;
  return std::make_unique<InflatedSource>(std::move(source), std::move(inflater), std::move(name),
                                          ratio_max);
}

}  // namespace pillion
