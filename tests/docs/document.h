// The fenced blocks of a Markdown file, and the examples at the end of a help text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pillion::docs {

// ```sh                       run by the shell; a block `text` that follows is what it prints
// ```cpp price.cc             written to that file, for blocks that come later; also `c`
// ```sh not-run: REASON       its commands and options are looked at, no more
struct Block {
  std::string place;  // "README.md:12"
  std::string language;
  std::string file;
  std::string not_run;
  std::string text;

  // Of the block `text` that follows.
  bool has_output = false;
  std::string output;
};

// Blocks in their order; those of the language `text` are outputs of the blocks before them.
// Throws std::runtime_error with the place for a block that says what it is in no way above.
std::vector<Block> ReadBlocks(const std::string& name, std::string_view markdown);

// Spans of inline code, `like this`, outside of fenced blocks.
std::vector<std::string> ReadInlineCode(std::string_view markdown);

// The lines after "Examples:".
std::vector<std::string> ReadExamples(std::string_view help);

// Whether `printed` is what `expected` says. In `expected`, "..." stands for any text of a line,
// and as a line of its own for any lines. Spaces at the ends of lines do not count.
bool Matches(std::string_view expected, std::string_view printed);

}  // namespace pillion::docs
