#include "sidecar/models/model_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace pillion {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ModelDirectoryTest : public ::testing::Test {
 protected:
  fs::path at(const char* path) const { return directory_.path() / path; }
  void Write(const char* path, const char* text = "x") const { directory_.Write(path, text); }
  // "name[version]: path" of each.
  std::vector<std::string> Scan() const {
    std::vector<std::string> lines;
    const FoundModels models = *ScanModels(directory_.path());
    for (const auto& [name, versions] : models) {
      for (const auto& [version, found] : versions) {
        lines.push_back(name + "[" + version +
                        "]: " + found.path.lexically_relative(directory_.path()).string());
      }
    }
    return lines;
  }

  const testing::TemporaryDirectory directory_;
};

TEST_F(ModelDirectoryTest, FindsEachForm) {
  Write("flat.zip");
  Write("whole/bundle.json");
  Write("house/9/bundle.zip");
  Write("house/10/bundle/bundle.json");
  Write("house/11/bundle.json");
  EXPECT_THAT(Scan(),
              ElementsAre("flat[]: flat.zip", "house[9]: house/9/bundle.zip",
                          "house[10]: house/10/bundle", "house[11]: house/11", "whole[]: whole"));
}

TEST_F(ModelDirectoryTest, FindsModelFilesOfTrainersByTheirContent) {
  constexpr char kBooster[] = R"({"learner":{"attributes":{},"feature_names":[]}})";
  Write("boosted.json", kBooster);
  Write("light.txt", "tree\nversion=v4\n");
  Write("notes.txt", "trees of the park\n");
  Write("boosted.golden.json", R"({"rows":[],"answers":[]})");
  Write("churn/1/model.json", kBooster);
  Write("churn/2/model.txt", "not a model, and refused for that when it is loaded");
  EXPECT_THAT(Scan(), ElementsAre("boosted[]: boosted.json", "churn[1]: churn/1/model.json",
                                  "churn[2]: churn/2/model.txt", "light[]: light.txt"));
}

TEST_F(ModelDirectoryTest, LeavesOutWhatIsNoModel) {
  Write("notes.txt");
  Write(".hidden.zip");
  Write("a@b.zip");
  Write("house/3/notes.txt");
  Write("house/.4/bundle.zip");
  Write("house/bundle.zip");
  fs::create_directory(at("empty"));
  fs::create_symlink("nowhere", at("dangling.zip"));
  EXPECT_THAT(Scan(), IsEmpty());
}

TEST_F(ModelDirectoryTest, SeesThroughTheLinksOfAKubernetesVolume) {
  Write("..2026_1/house.zip", "one");
  Write("..2026_2/house.zip", "two and more");
  fs::create_directory_symlink("..2026_1", at("..data"));
  fs::create_symlink("..data/house.zip", at("house.zip"));
  const FoundModels before = *ScanModels(directory_.path());
  EXPECT_THAT(Scan(), ElementsAre("house[]: house.zip"));
  EXPECT_EQ(before, *ScanModels(directory_.path()));
  fs::create_directory_symlink("..2026_2", at("..new"));
  fs::rename(at("..new"), at("..data"));
  EXPECT_NE(before, *ScanModels(directory_.path()));
}

TEST_F(ModelDirectoryTest, SaysWhatItCannotRead) {
  const auto models = ScanModels(at("missing"));
  ASSERT_FALSE(models);
  EXPECT_THAT(models.error(), HasSubstr("missing: No such file or directory"));
}

}  // namespace
}  // namespace pillion
