#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "engine/files/archive.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/zip_writer.h"

namespace pillion {
namespace {

namespace fs = std::filesystem;
using pillion::testing::TemporaryDirectory;
using ::testing::HasSubstr;

LoadCode CodeOf(const Result<std::string>& result) {
  EXPECT_FALSE(result);
  return result ? LoadCode::kBadSchema : result.error().problems.at(0).code;
}

TEST(DirectoryArchive, ReadsFilesBelowIt) {
  const TemporaryDirectory directory;
  directory.Write("bundle.json", "{}");
  directory.Write("root/lr-1:x.node/model.json", std::string(10'000, 'x'));
  directory.Write("empty", "");
  const auto archive = Archive::Open(directory.path(), {});
  ASSERT_TRUE(archive) << archive.error().Text();
  EXPECT_EQ((*archive)->Read("bundle.json"), "{}");
  EXPECT_EQ((*archive)->Read("root/lr-1:x.node/model.json"), std::string(10'000, 'x'));
  EXPECT_EQ((*archive)->Read("empty"), "");
  EXPECT_EQ((*archive)->read_bytes(), 10'002U);
  EXPECT_TRUE((*archive)->Contains("bundle.json"));
  EXPECT_FALSE((*archive)->Contains("root"));
  EXPECT_EQ(CodeOf((*archive)->Read("root/none")), LoadCode::kBadBundle);
  EXPECT_EQ(CodeOf((*archive)->Read("bundle.json/none")), LoadCode::kBadBundle);
  EXPECT_EQ(CodeOf((*archive)->Read("root")), LoadCode::kBadArchive);
}

TEST(DirectoryArchive, OpensNothingOutside) {
  const TemporaryDirectory outside;
  outside.Write("secret", "secret");
  const TemporaryDirectory directory;
  directory.Write("root/file", "inside");
  fs::create_symlink(outside.path() / "secret", directory.path() / "link");
  fs::create_directory_symlink(outside.path(), directory.path() / "linked");
  fs::create_symlink("root/file", directory.path() / "inner");
  const auto archive = Archive::Open(directory.path(), {});
  ASSERT_TRUE(archive);
  const std::string sideways = "../" + outside.path().filename().string() + "/secret";
  for (const std::string& name :
       {std::string("link"), std::string("linked/secret"), std::string("inner"), sideways,
        "root/../" + sideways, (outside.path() / "secret").string(), std::string("")}) {
    EXPECT_FALSE((*archive)->Contains(name)) << name;
    EXPECT_EQ(CodeOf((*archive)->Read(name)), LoadCode::kBadArchive) << name;
  }
  const auto link = (*archive)->Read("link");
  ASSERT_FALSE(link);
  EXPECT_THAT(link.error().Text(), HasSubstr("symbolic link"));
}

TEST(DirectoryArchive, DoesNotWaitForPipes) {
  const TemporaryDirectory directory;
  ASSERT_EQ(::mkfifo((directory.path() / "pipe").c_str(), 0600), 0);
  const auto archive = Archive::Open(directory.path(), {});
  ASSERT_TRUE(archive);
  EXPECT_FALSE((*archive)->Contains("pipe"));
  EXPECT_EQ(CodeOf((*archive)->Read("pipe")), LoadCode::kBadArchive);
  EXPECT_FALSE(Archive::Open(directory.path() / "pipe", {}));
}

TEST(DirectoryArchive, CapsWhatItReads) {
  const TemporaryDirectory directory;
  directory.Write("a", std::string(1000, 'x'));
  Limits limits;
  limits.entry_bytes_max = 999;
  EXPECT_EQ(CodeOf((*Archive::Open(directory.path(), limits))->Read("a")), LoadCode::kOverLimit);
  limits.entry_bytes_max = 1000;
  EXPECT_TRUE((*Archive::Open(directory.path(), limits))->Read("a"));
  limits.inflated_bytes_max = 1999;
  const auto archive = Archive::Open(directory.path(), limits);
  EXPECT_TRUE((*archive)->Read("a"));
  EXPECT_EQ(CodeOf((*archive)->Read("a")), LoadCode::kOverLimit);
}

TEST(Archive, DecidesByContentAndNotByName) {
  const TemporaryDirectory directory;
  const std::string zip = pillion::testing::WriteZip({{.name = "a", .content = "text"}});
  const fs::path file = directory.Write("model.directory", zip);
  fs::create_directory(directory.path() / "model.zip");
  directory.Write("model.zip/a", "text");
  for (const fs::path& path : {file, directory.path() / "model.zip"}) {
    const auto archive = Archive::Open(path, {});
    ASSERT_TRUE(archive) << archive.error().Text();
    EXPECT_EQ((*archive)->Read("a"), "text");
  }
  // A link that the user names is the user's own.
  fs::create_symlink(file, directory.path() / "current");
  EXPECT_TRUE(Archive::Open(directory.path() / "current", {}));
}

TEST(Archive, SaysWhatItCannotOpen) {
  const TemporaryDirectory directory;
  const auto none = Archive::Open(directory.path() / "none", {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().problems.at(0).code, LoadCode::kNotFound);
  EXPECT_THAT(none.error().Text(), HasSubstr("No such file"));
  const auto device = Archive::Open("/dev/null", {});
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().problems.at(0).code, LoadCode::kBadArchive);
  const auto text = Archive::Open(directory.Write("text", "not a zip at all, but long enough"), {});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().problems.at(0).code, LoadCode::kBadArchive);
}

}  // namespace
}  // namespace pillion
