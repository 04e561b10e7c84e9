// Compressed inputs are made by the libraries themselves.
#include "sidecar/table/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "tests/support/temporary_directory.h"

namespace pillion::testing {
namespace {

using ::testing::HasSubstr;

std::string Gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

// All of a file with these bytes, or "refused: " and why.
std::string ReadAll(const std::string& bytes) {
  const TemporaryDirectory directory;
  auto source = OpenBytes(directory.Write("rows", bytes));
  if (source) source = Decompressed(*std::move(source), "rows");
  std::string text;
  std::string room(1 << 16, '\0');
  for (;;) {
    const auto count = source ? (*source)->Read(room) : tl::unexpected(source.error());
    if (!count) return "refused: " + count.error().Text();
    if (*count == 0) return text;
    // What counts is what there is, not its gigabytes.
    if (text.size() < (1 << 22)) text.append(room, 0, *count);
  }
}

std::string ManyLines() {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919 % 100'003) + ",x\n";
  return text;
}

TEST(ByteSource, InflatesGzipAndZstd) {
  const std::string text = ManyLines();
  for (const std::string& bytes : {text, Gzip(text), Zstd(text)}) EXPECT_EQ(ReadAll(bytes), text);
  for (const std::string small : {"", "a", "abc", "a\n1\n"}) {
    for (const std::string& bytes : {small, Gzip(small), Zstd(small)}) {
      EXPECT_EQ(ReadAll(bytes), small);
    }
  }
}

// As `cat a.gz b.gz` makes them.
TEST(ByteSource, ReadsSeveralMembers) {
  EXPECT_EQ(ReadAll(Gzip("a,b\n") + Gzip("1,2\n")), "a,b\n1,2\n");
  EXPECT_EQ(ReadAll(Zstd("a,b\n") + Zstd("1,2\n")), "a,b\n1,2\n");
}

TEST(ByteSource, SaysWhatIsWrongWithTheData) {
  const std::string text = ManyLines();
  for (const std::string& bytes : {Gzip(text), Zstd(text)}) {
    EXPECT_THAT(ReadAll(bytes.substr(0, bytes.size() / 2)), HasSubstr("rows: ends before"));
    std::string damaged = bytes;
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
    EXPECT_THAT(ReadAll(damaged), HasSubstr("damaged"));
  }
  EXPECT_THAT(ReadAll(Gzip("a") + "trailing"), HasSubstr("damaged"));
}

TEST(ByteSource, ABombIsRefused) {
  const std::string zeros(std::size_t{100} << 20, '\0');
  EXPECT_THAT(ReadAll(Gzip(zeros)), HasSubstr("inflates to more than 1000 times"));
  EXPECT_THAT(ReadAll(Zstd(zeros)), HasSubstr("inflates to more than 1000 times"));
}

TEST(ByteSource, SaysWhyAFileCannotBeRead) {
  const auto none = OpenBytes("/no/such/rows.csv");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().problems.front().code, LoadCode::kNotFound);
  EXPECT_THAT(none.error().Text(), HasSubstr("No such file"));
}

}  // namespace
}  // namespace pillion::testing
