// What identifies a bundle's content: the same however it is packed, another after any change.
#include "engine/files/content_hash.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/files/archive.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/zip_writer.h"

namespace pillion {
namespace {

using pillion::testing::TemporaryDirectory;
using pillion::testing::WriteZip;
using pillion::testing::ZipMember;

// Python 3.11's hashlib and struct over the same members, as the header describes it.
TEST(ContentHash, IsSha256InCanonicalForm) {
  ContentHasher hasher;
  EXPECT_EQ(hasher.Hash().Hex(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_TRUE(hasher.Add("root/model.json", "{}"));
  EXPECT_TRUE(hasher.Add("bundle.json", "text"));
  EXPECT_EQ(hasher.Hash().Hex(),
            "8ec55e7c92d4f9dcdcaa0b8c3d35841b2a3fac1d108bcc9503ae006f3ac5c216");
}

TEST(ContentHash, TellsWhatMovedFromNameToContent) {
  const auto hash = [](std::string_view name, std::string_view bytes) {
    ContentHasher hasher;
    hasher.Add(name, bytes);
    return hasher.Hash();
  };
  EXPECT_EQ(hash("a", "bc"), hash("a", "bc"));
  EXPECT_NE(hash("a", "bc"), hash("ab", "c"));
  EXPECT_NE(hash("a", "bc"), hash("a", "bd"));
  EXPECT_NE(hash("a", "bc"), hash("b", "bc"));
}

TEST(ContentHash, RefusesANameWithOtherBytes) {
  ContentHasher hasher;
  EXPECT_TRUE(hasher.Add("a", "1"));
  EXPECT_TRUE(hasher.Add("a", "1"));
  EXPECT_FALSE(hasher.Add("a", "2"));
}

ContentHash HashOf(Archive& archive, const std::vector<std::string>& names) {
  for (const std::string& name : names) EXPECT_TRUE(archive.Read(name)) << name;
  return archive.content_hash();
}

TEST(ContentHash, IsThatOfEveryPacking) {
  const std::string booster(100'000, 'x');
  const std::vector<std::string> names = {"bundle.json", "root/model.json", "root/xgboost.model"};
  const auto zip = [&](bool deflated, bool backwards) {
    std::vector<ZipMember> members = {
        {.name = names[0], .content = "text", .deflated = deflated},
        {.name = names[1], .content = "{}", .deflated = deflated},
        {.name = names[2], .content = booster, .deflated = deflated},
        {.name = "notes/nobody.reads", .content = deflated ? "this" : "that"}};
    if (backwards) std::swap(members.front(), members.back());
    return std::move(*Archive::OpenZip(WriteZip(members), {}));
  };
  const TemporaryDirectory directory;
  directory.Write(names[0], "text");
  directory.Write(names[1], "{}");
  const auto file = directory.Write(names[2], booster);
  const ContentHash hash = HashOf(**Archive::Open(directory.path(), {}), names);
  EXPECT_EQ(HashOf(*zip(false, false), names), hash);
  EXPECT_EQ(HashOf(*zip(true, false), names), hash);
  EXPECT_EQ(HashOf(*zip(true, true), {names[2], names[0], names[1]}), hash);

  std::ofstream(file, std::ios::binary) << booster.substr(1) << 'y';
  EXPECT_NE(HashOf(**Archive::Open(directory.path(), {}), names), hash);
}

TEST(ContentHash, AFileThatChangesWhileItIsReadIsRefused) {
  const TemporaryDirectory directory;
  directory.Write("a", "1");
  const auto archive = Archive::Open(directory.path(), {});
  EXPECT_TRUE((*archive)->Read("a"));
  directory.Write("a", "2");
  EXPECT_FALSE((*archive)->Read("a"));
}

}  // namespace
}  // namespace pillion
