// Zips that lie, in each field that a reader may believe. Each refusal names the entry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "engine/files/archive.h"
#include "tests/support/zip_writer.h"

namespace pillion {
namespace {

using pillion::testing::Deflate;
using pillion::testing::WriteZip;
using pillion::testing::ZipEndLies;
using pillion::testing::ZipMember;
using ::testing::AllOf;
using ::testing::HasSubstr;

Result<std::unique_ptr<Archive>> Open(std::string bytes, const Limits& limits = {}) {
  return Archive::OpenZip(std::move(bytes), limits);
}

ZipMember Member(std::string name, std::string content = "content", bool deflated = false) {
  ZipMember member;
  member.name = std::move(name);
  member.content = std::move(content);
  member.deflated = deflated;
  return member;
}

// Why the zip is refused when it is opened or when "a" is read.
std::string FaultOf(const std::string& bytes, const Limits& limits = {}) {
  const auto archive = Open(bytes, limits);
  if (!archive) return archive.error().Text();
  const auto content = (*archive)->Read("a");
  return content ? "no error" : content.error().Text();
}

std::string FaultOfMember(const ZipMember& member) {
  return FaultOf(WriteZip({Member("b"), member, Member("c")}));
}

LoadCode CodeOf(const std::string& bytes, const Limits& limits) {
  const auto archive = Open(bytes, limits);
  if (!archive) return archive.error().problems.at(0).code;
  const auto content = (*archive)->Read("a");
  EXPECT_FALSE(content);
  return content.error().problems.at(0).code;
}

TEST(ZipArchive, ReadsStoredAndDeflatedEntriesInAnyOrder) {
  const std::string long_text(100'000, 'x');
  ZipMember java = Member("root/java", long_text, true);
  java.has_descriptor = true;
  ZipMember directory = Member("root/", "");
  ZipEndLies end;
  end.comment = "PK\5\6 in a comment is no end record";
  const auto archive = Open(WriteZip(
      {Member("z", ""), java, directory, Member("a", "text"), Member("d", "", true)}, end));
  ASSERT_TRUE(archive) << archive.error().Text();
  EXPECT_EQ((*archive)->Read("root/java"), long_text);
  EXPECT_EQ((*archive)->Read("a"), "text");
  EXPECT_EQ((*archive)->Read("z"), "");
  EXPECT_EQ((*archive)->Read("d"), "");
  EXPECT_EQ((*archive)->read_bytes(), 100'004U);
  EXPECT_TRUE((*archive)->Contains("root/java"));
  EXPECT_FALSE((*archive)->Contains("root"));
  EXPECT_FALSE((*archive)->Contains("root/"));
  const auto missing = (*archive)->Read("root/b");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().problems.at(0).code, LoadCode::kBadBundle);
}

// As `zip -r model.zip ./root` and tools on Windows write them.
TEST(ZipArchive, ReadsNamesAsTheyAreMeant) {
  const auto archive =
      Open(WriteZip({Member("./", ""), Member("./root/", ""), Member("./a"), Member("././root/b"),
                     Member("root\\x\\c"), Member("y\\", "")}));
  ASSERT_TRUE(archive) << archive.error().Text();
  EXPECT_THAT((*archive)->Names(), ::testing::ElementsAre("a", "root/b", "root/x/c"));
  for (const std::string& name : (*archive)->Names()) {
    EXPECT_EQ((*archive)->Read(name), "content") << name;
  }
}

TEST(ZipArchive, RefusesNamesThatLeadElsewhere) {
  for (const char* name : {"../a", "x/../a", "..", "/a", "/", "x//a", "x/./a", ".", "..\\a", "\\a",
                           ".\\..\\a", "./", ""}) {
    EXPECT_THAT(FaultOfMember(Member(name)), HasSubstr(": a")) << name;
    EXPECT_FALSE(Open(WriteZip({Member(name)}))) << name;
  }
  EXPECT_FALSE(Open(WriteZip({Member("../evil/", "")})));  // directories too
  EXPECT_FALSE(Open(WriteZip({Member(std::string("a\0b", 3))})));
  EXPECT_THAT(FaultOfMember(Member("../a")), HasSubstr("'../a'"));
}

TEST(ZipArchive, CapsNames) {
  EXPECT_TRUE(Open(WriteZip({Member(std::string(512, 'n'))})));
  EXPECT_FALSE(Open(WriteZip({Member(std::string(513, 'n'))})));
  std::string deep = "a";
  for (int i = 1; i < 64; ++i) deep += "/a";
  EXPECT_TRUE(Open(WriteZip({Member(deep)})));
  EXPECT_FALSE(Open(WriteZip({Member(deep + "/a")})));
}

TEST(ZipArchive, RefusesNamesThatOccurTwice) {
  EXPECT_EQ(FaultOf(WriteZip({Member("a"), Member("a", "other")})), "'a': occurs twice");
  EXPECT_EQ(FaultOf(WriteZip({Member("a"), Member("a/", "")})), "'a': occurs twice");
  EXPECT_EQ(FaultOf(WriteZip({Member("a"), Member("./a")})), "'a': occurs twice");
  EXPECT_EQ(FaultOf(WriteZip({Member("x/a"), Member("x\\a")})), "'x/a': occurs twice");
}

TEST(ZipArchive, RefusesLinksAndDevices) {
  for (const int type : {S_IFLNK, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK}) {
    ZipMember member = Member("a", "/etc/passwd");
    member.unix_mode = static_cast<std::uint16_t>(type | 0777);
    EXPECT_EQ(FaultOfMember(member), "'a': a link or device");
  }
  ZipMember regular = Member("a");
  regular.unix_mode = S_IFREG | 0644;
  EXPECT_EQ(FaultOfMember(regular), "no error");
}

TEST(ZipArchive, RefusesEncryptionAndOtherMethods) {
  for (const int flag : {1 << 0, 1 << 6, 1 << 13}) {
    ZipMember member = Member("a");
    member.local.flags = member.central.flags = static_cast<std::uint16_t>(flag);
    EXPECT_THAT(FaultOfMember(member), HasSubstr("'a': encrypted"));
  }
  for (const std::uint16_t method : {1, 9, 12, 14, 93, 99}) {
    ZipMember member = Member("a");
    member.local.method = member.central.method = method;
    EXPECT_THAT(FaultOfMember(member), HasSubstr("'a': compressed by method"));
  }
}

TEST(ZipArchive, RefusesLocalHeadersThatSaySomethingElse) {
  ZipMember name = Member("a");
  name.local.name = "b";
  EXPECT_EQ(FaultOfMember(name), "'a': its local header has another name");
  const auto fault = [](void (*lie)(ZipMember&)) {
    ZipMember member = Member("a", "content", true);
    lie(member);
    return FaultOfMember(member);
  };
  EXPECT_THAT(fault([](ZipMember& m) { m.local.method = 0; }), HasSubstr("local header"));
  EXPECT_THAT(fault([](ZipMember& m) { m.local.flags = 1; }), HasSubstr("local header"));
  EXPECT_THAT(fault([](ZipMember& m) { m.local.crc = 1; }), HasSubstr("local header"));
  EXPECT_THAT(fault([](ZipMember& m) { m.local.stored_bytes = 3; }), HasSubstr("local header"));
  EXPECT_THAT(fault([](ZipMember& m) { m.local.inflated_bytes = 3; }), HasSubstr("local header"));
  EXPECT_THAT(fault([](ZipMember& m) { m.local.crc = 0; }), HasSubstr("local header"));
  EXPECT_THAT(fault([](ZipMember& m) { m.local_begin = 1; }), HasSubstr("no local header"));
  EXPECT_THAT(fault([](ZipMember& m) { m.local_begin = 0xfffffffe; }),
              HasSubstr("no local header"));
  EXPECT_THAT(fault([](ZipMember& m) { m.local_begin = 0xffffffff; }), HasSubstr("zip64"));
  EXPECT_THAT(fault([](ZipMember& m) { m.disk = 1; }), HasSubstr("another disk"));
}

// As in the overlapping bombs of libzip's and CPython's trackers: many names, one body.
TEST(ZipArchive, RefusesEntriesThatShareBytes) {
  // The body of "a" is a whole entry "b" of its own.
  ZipMember inner = Member("b", "payload");
  const std::string zip_of_inner = WriteZip({inner});
  const std::string inner_entry = zip_of_inner.substr(0, 30 + 1 + 7);
  ZipMember outer = Member("a", inner_entry);
  ZipMember alias = inner;
  alias.local_begin = 30 + 1;
  EXPECT_THAT(FaultOf(WriteZip({outer, alias})), HasSubstr("'b': overlaps the entry 'a'"));

  ZipMember reaching = Member("a", "12345678");
  reaching.local.stored_bytes = reaching.central.stored_bytes = 40;
  reaching.local.inflated_bytes = reaching.central.inflated_bytes = 40;
  EXPECT_THAT(FaultOf(WriteZip({reaching, Member("b")})), HasSubstr("'b': overlaps"));
  EXPECT_THAT(FaultOf(WriteZip({reaching})), HasSubstr("reaches into the central directory"));
}

TEST(ZipArchive, CountsWhatItInflates) {
  const std::string big(5000, 'x');
  const auto with_size = [&](std::uint32_t size) {
    ZipMember member = Member("a", big, true);
    member.local.inflated_bytes = member.central.inflated_bytes = size;
    return FaultOfMember(member);
  };
  EXPECT_EQ(with_size(5000), "no error");
  for (const std::uint32_t size : {0U, 1U, 4999U, 5001U, 9000U}) {
    EXPECT_THAT(with_size(size), HasSubstr("a: ")) << size;
  }
  EXPECT_THAT(with_size(1U << 30), HasSubstr("cannot hold"));
  ZipMember stored = Member("a", big);
  stored.local.inflated_bytes = stored.central.inflated_bytes = 4999;
  EXPECT_THAT(FaultOfMember(stored), HasSubstr("cannot hold"));
}

TEST(ZipArchive, RefusesBrokenContent) {
  ZipMember checksum = Member("a", "content", true);
  checksum.local.crc = checksum.central.crc = 12345;
  EXPECT_THAT(FaultOfMember(checksum), HasSubstr("a: CRC"));
  ZipMember stored_checksum = Member("a");
  stored_checksum.local.crc = stored_checksum.central.crc = 12345;
  EXPECT_THAT(FaultOfMember(stored_checksum), HasSubstr("a: CRC"));
  ZipMember garbage = Member("a", "content", true);
  garbage.data = "\xff\xff\xff\xff";
  EXPECT_THAT(FaultOfMember(garbage), HasSubstr("a: "));
  ZipMember cut = Member("a", "content of some length", true);
  cut.data = Deflate(cut.content).substr(0, 8);
  EXPECT_THAT(FaultOfMember(cut), HasSubstr("a: "));
}

TEST(ZipArchive, RefusesDirectoriesWithContent) {
  EXPECT_EQ(FaultOf(WriteZip({Member("a/", "x")})), "'a/': a directory with content");
}

TEST(ZipArchive, RefusesWhatIsNoPlainZip) {
  const std::string good = WriteZip({Member("a"), Member("b", "content", true)});
  ASSERT_EQ(FaultOf(good), "no error");
  EXPECT_THAT(FaultOf(""), HasSubstr("empty"));
  EXPECT_THAT(FaultOf("hello, I am a text file of some length"), HasSubstr("not a zip"));
  EXPECT_THAT(FaultOf("#!" + good), HasSubstr("not a zip"));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(Open(good.substr(0, size))) << size;
  }
  EXPECT_FALSE(Open(good + "x"));
  const auto fault = [](const ZipEndLies& lies) {
    return FaultOf(WriteZip({Member("a"), Member("b")}, lies));
  };
  EXPECT_THAT(fault({.entry_count = 1}), HasSubstr("holds more than its entries"));
  EXPECT_THAT(fault({.entry_count = 3}), HasSubstr("fewer entries"));
  EXPECT_THAT(fault({.entry_count = 0xffff}), HasSubstr("fewer entries"));
  EXPECT_THAT(fault({.directory_bytes = 10}), HasSubstr("does not end"));
  EXPECT_THAT(fault({.directory_begin = 0}), HasSubstr("does not end"));
  EXPECT_THAT(fault({.directory_begin = 0xffffffff}), HasSubstr("zip64"));
  EXPECT_THAT(fault({.directory_bytes = 0xffffffff}), HasSubstr("zip64"));
  EXPECT_THAT(fault({.disk = 1}), HasSubstr("several disks"));
  EXPECT_THAT(fault({.before = "stub"}), HasSubstr("not a zip"));
}

TEST(ZipArchive, KnowsOnlyTheCentralDirectory) {
  ZipMember hidden = Member("hidden");
  hidden.is_hidden = true;
  const auto archive = Open(WriteZip({Member("a"), hidden}, {.between = "junk"}));
  ASSERT_TRUE(archive) << archive.error().Text();
  EXPECT_TRUE((*archive)->Read("a"));
  EXPECT_FALSE((*archive)->Contains("hidden"));
}

// What two readers could see differently is refused.
TEST(ZipArchive, HasOneEnd) {
  const std::string other = WriteZip({Member("a", "other")});
  ZipEndLies end;
  end.comment = other.substr(other.find("PK\1\2"));
  const auto archive = Open(WriteZip({Member("a")}, end));
  EXPECT_FALSE(archive && (*archive)->Read("a") == "other");
}

TEST(ZipArchive, CapsEachSize) {
  const std::string bytes = WriteZip({Member("a", std::string(1000, 'x'), true), Member("b")});
  const auto with = [](auto field, auto value) {
    Limits limits;
    limits.*field = value;
    return limits;
  };
  EXPECT_EQ(FaultOf(bytes, with(&Limits::entry_bytes_max, 1000U)), "no error");
  EXPECT_EQ(CodeOf(bytes, with(&Limits::entry_bytes_max, 999U)), LoadCode::kOverLimit);
  EXPECT_EQ(CodeOf(bytes, with(&Limits::inflated_bytes_max, 999U)), LoadCode::kOverLimit);
  EXPECT_EQ(CodeOf(bytes, with(&Limits::archive_bytes_max, bytes.size() - 1)),
            LoadCode::kOverLimit);
  EXPECT_EQ(CodeOf(bytes, with(&Limits::entry_count_max, 1U)), LoadCode::kOverLimit);
}

TEST(ZipArchive, CapsTheSumOfWhatIsRead) {
  Limits limits;
  limits.inflated_bytes_max = 1500;
  const auto archive = Open(WriteZip({Member("a", std::string(1000, 'x'), true)}), limits);
  ASSERT_TRUE(archive);
  EXPECT_TRUE((*archive)->Read("a"));
  EXPECT_FALSE((*archive)->Read("a"));
}

}  // namespace
}  // namespace pillion
