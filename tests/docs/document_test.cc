// What a document's blocks are, and when what is printed is what was promised.
#include "tests/docs/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace pillion::docs {
namespace {

using ::testing::ElementsAre;

TEST(Document, BlocksHaveWhatFollowsThem) {
  const std::vector<Block> blocks = ReadBlocks("a.md",
                                               "Do this:\n"
                                               "```sh\n"
                                               "echo 1\n"
                                               "```\n"
                                               "It prints\n"
                                               "```text\n"
                                               "1\n"
                                               "```\n"
                                               "```cpp price.cc\n"
                                               "int main() {}\n"
                                               "```\n"
                                               "```sh not-run: needs root\n"
                                               "mount\n"
                                               "```\n");
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks[0].place, "a.md:2");
  EXPECT_EQ(blocks[0].text, "echo 1\n");
  EXPECT_TRUE(blocks[0].has_output);
  EXPECT_EQ(blocks[0].output, "1\n");
  EXPECT_EQ(blocks[1].file, "price.cc");
  EXPECT_FALSE(blocks[1].has_output);
  EXPECT_EQ(blocks[2].not_run, "needs root");
}

TEST(Document, NoBlockIsPassedOver) {
  EXPECT_THROW(ReadBlocks("a.md", "```\nls\n```\n"), std::runtime_error);
  EXPECT_THROW(ReadBlocks("a.md", "```bash\nls\n```\n"), std::runtime_error);
  EXPECT_THROW(ReadBlocks("a.md", "```cpp\nint x;\n```\n"), std::runtime_error);
  EXPECT_THROW(ReadBlocks("a.md", "```sh not-run:\nls\n```\n"), std::runtime_error);
  EXPECT_THROW(ReadBlocks("a.md", "```sh\nls\n"), std::runtime_error);
}

TEST(Document, InlineCodeIsFound) {
  EXPECT_THAT(ReadInlineCode("`a b` and `c`\n```sh\n`d`\n```\n`e`"), ElementsAre("a b", "c", "e"));
}

TEST(Document, ExamplesEndWithTheList) {
  EXPECT_THAT(ReadExamples("Text.\n\nExamples:\n  pillion a\n  pillion b | c\n\nMore.\n  no\n"),
              ElementsAre("pillion a", "pillion b | c"));
}

TEST(Document, WildcardsStandForTextAndForLines) {
  EXPECT_TRUE(Matches("a\nb\n", "a\nb \n"));
  EXPECT_FALSE(Matches("a\nb\n", "a\n"));
  EXPECT_FALSE(Matches("a\n", "a\nb\n"));
  EXPECT_TRUE(Matches("took ... us, ... rows\n", "took 1.5 us, 200 rows\n"));
  EXPECT_FALSE(Matches("took ... us\n", "took 1.5 ms\n"));
  EXPECT_TRUE(Matches("a\n...\nd\n", "a\nb\nc\nd\n"));
  EXPECT_TRUE(Matches("a\n...\n", "a\n"));
  EXPECT_FALSE(Matches("a\n...\nd\n", "a\nb\n"));
}

}  // namespace
}  // namespace pillion::docs
