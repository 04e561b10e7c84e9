#include "tests/support/zip_writer.h"

#include <zlib.h>

#include <stdexcept>

namespace pillion::testing {
namespace {

constexpr std::uint16_t kFlagDescriptor = 1U << 3;

void Put16(std::string& out, std::uint16_t value) {
  out += static_cast<char>(value & 0xff);
  out += static_cast<char>(value >> 8);
}

void Put32(std::string& out, std::uint32_t value) {
  Put16(out, static_cast<std::uint16_t>(value & 0xffff));
  Put16(out, static_cast<std::uint16_t>(value >> 16));
}

struct Truth {
  std::string data;
  std::uint32_t crc = 0;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
};

Truth TruthOf(const ZipMember& member) {
  Truth truth;
  truth.data = member.data       ? *member.data
               : member.deflated ? Deflate(member.content)
                                 : member.content;
  truth.crc =
      static_cast<std::uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(member.content.data()),
                                         static_cast<uInt>(member.content.size())));
  truth.flags = member.has_descriptor ? kFlagDescriptor : 0;
  truth.method = member.deflated ? 8 : 0;
  return truth;
}

// From the flags to the sizes: the part that both headers share.
void PutCommon(std::string& out, const ZipMember& member, const Truth& truth,
               const ZipHeaderLies& lies, bool hides_sizes) {
  const auto stored = static_cast<std::uint32_t>(truth.data.size());
  const auto inflated = static_cast<std::uint32_t>(member.content.size());
  Put16(out, lies.flags.value_or(truth.flags));
  Put16(out, lies.method.value_or(truth.method));
  Put16(out, 0);       // time
  Put16(out, 0x5a21);  // date
  Put32(out, lies.crc.value_or(hides_sizes ? 0 : truth.crc));
  Put32(out, lies.stored_bytes.value_or(hides_sizes ? 0 : stored));
  Put32(out, lies.inflated_bytes.value_or(hides_sizes ? 0 : inflated));
  Put16(out, static_cast<std::uint16_t>(lies.name.value_or(member.name).size()));
}

void PutLocal(std::string& out, const ZipMember& member, const Truth& truth) {
  Put32(out, 0x04034b50);
  Put16(out, 20);
  PutCommon(out, member, truth, member.local, member.has_descriptor);
  Put16(out, 0);  // extra
  out += member.local.name.value_or(member.name) + truth.data;
  if (!member.has_descriptor) return;
  Put32(out, 0x08074b50);
  Put32(out, truth.crc);
  Put32(out, static_cast<std::uint32_t>(truth.data.size()));
  Put32(out, static_cast<std::uint32_t>(member.content.size()));
}

void PutCentral(std::string& out, const ZipMember& member, const Truth& truth,
                std::size_t local_begin) {
  Put32(out, 0x02014b50);
  Put16(out, 3 << 8 | 20);  // made by Unix
  Put16(out, 20);
  PutCommon(out, member, truth, member.central, false);
  Put16(out, 0);  // extra
  Put16(out, 0);  // comment
  Put16(out, member.disk);
  Put16(out, 0);  // internal attributes
  Put32(out, static_cast<std::uint32_t>(member.unix_mode) << 16);
  Put32(out, member.local_begin.value_or(static_cast<std::uint32_t>(local_begin)));
  out += member.central.name.value_or(member.name);
}

}  // namespace

std::string WriteZip(const std::vector<ZipMember>& members, const ZipEndLies& end) {
  std::string out = end.before;
  std::string directory;
  std::uint16_t entry_count = 0;
  for (const ZipMember& member : members) {
    const Truth truth = TruthOf(member);
    const std::size_t local_begin = out.size();
    PutLocal(out, member, truth);
    if (member.is_hidden) continue;
    PutCentral(directory, member, truth, local_begin);
    ++entry_count;
  }
  out += end.between;
  const std::size_t directory_begin = out.size();
  out += directory;
  Put32(out, 0x06054b50);
  Put16(out, end.disk);
  Put16(out, end.disk);
  Put16(out, end.entry_count.value_or(entry_count));
  Put16(out, end.entry_count.value_or(entry_count));
  Put32(out, end.directory_bytes.value_or(static_cast<std::uint32_t>(directory.size())));
  Put32(out, end.directory_begin.value_or(static_cast<std::uint32_t>(directory_begin)));
  Put16(out, static_cast<std::uint16_t>(end.comment.size()));
  return out + end.comment;
}

std::string Deflate(std::string_view bytes) {
  z_stream stream{};
  if (::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  std::string out(::deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("deflate");
  return out;
}

}  // namespace pillion::testing
