// Holds the rules of the house over its sources: which room may include which, how long a file
// may grow, that each release has its acquire.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;

const std::set<std::string> kRooms = {"base",   "schemas", "engine", "sidecar",
                                      "client", "bench",   "tests",  "examples"};

struct Source {
  std::string path;  // from the root
  std::vector<std::string> lines;

  std::string Room() const { return path.substr(0, path.find('/')); }
};

std::vector<Source> ReadSources() {
  const fs::path root = pillion::SourceDir();
  std::vector<Source> sources;
  for (const std::string& room : kRooms) {
    if (!fs::exists(root / room)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / room)) {
      const std::string extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc" && extension != ".hpp") continue;
      Source source{fs::relative(entry.path(), root), {}};
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line);) source.lines.push_back(line);
      sources.push_back(std::move(source));
    }
  }
  return sources;
}

const std::vector<Source>& Sources() {
  static const std::vector<Source> sources = ReadSources();
  return sources;
}

// What `source` includes by path from the root.
std::vector<std::string> Includes(const Source& source) {
  static const std::regex include(R"re(^\s*#\s*include\s+"([^"]+)")re");
  std::vector<std::string> paths;
  for (const std::string& line : source.lines) {
    std::smatch match;
    if (std::regex_search(line, match, include)) paths.push_back(match[1]);
  }
  return paths;
}

// base <- schemas <- engine (the shared words only) <- sidecar; schemas <- client. The command line
// is a client too: it may use the client's public header. Everybody may use base.
bool MayInclude(const std::string& room, const std::string& path) {
  const std::string target = path.substr(0, path.find('/'));
  if (!kRooms.contains(target) || target == room) return true;
  if (room == "base") return false;
  if (target == "base") return true;
  if (room == "schemas") return false;
  if (room == "engine")
    return path == "schemas/types/score_code.h" || path == "schemas/types/data_type.h";
  if (room == "sidecar") {
    return target == "schemas" || target == "engine" || path.starts_with("client/pillion.h");
  }
  if (room == "client") return target == "schemas";
  if (room == "examples") return path.starts_with("client/pillion.h");
  return true;  // bench and tests look everywhere
}

TEST(Tidy, IncludesGoOneWay) {
  ASSERT_GT(Sources().size(), 20U);
  for (const Source& source : Sources()) {
    for (const std::string& path : Includes(source)) {
      EXPECT_TRUE(MayInclude(source.Room(), path)) << source.path << " includes " << path;
    }
  }
}

// What the engine gives to others; its inner rooms are its own.
TEST(Tidy, TheSidecarSeesTheEnginesPublicFace) {
  const std::set<std::string> face = {
      "engine/arena.h",          "engine/cast.h",  "engine/java/number.h",
      "engine/load_options.h",   "engine/model.h", "engine/op_list.h",
      "engine/stage_contents.h", "engine/value.h", "engine/tensor_dimensions.h"};
  for (const Source& source : Sources()) {
    if (source.Room() != "sidecar") continue;
    for (const std::string& path : Includes(source)) {
      if (!path.starts_with("engine/")) continue;
      EXPECT_TRUE(face.contains(path)) << source.path << " includes " << path;
    }
  }
}

// c_api -> arrow -> core -> ring, socket, inproc -> connection. The ways to a model do not know
// each other.
TEST(Tidy, TheClientsRoomsIncludeDownwards) {
  const std::map<std::string, int> floors = {{"connection", 0}, {"inproc", 1}, {"ring", 1},
                                             {"socket", 1},     {"core", 2},   {"arrow", 3},
                                             {"c_api", 4}};
  const auto room_of = [&](const std::string& path) {
    static const std::regex in_client("client/([a-z_]+)/.*");
    std::smatch match;
    return std::regex_match(path, match, in_client) ? floors.find(match[1]) : floors.end();
  };
  std::set<std::string> seen;
  for (const Source& source : Sources()) {
    const auto room = room_of(source.path);
    if (source.Room() != "client" || room == floors.end()) continue;
    seen.insert(room->first);
    for (const std::string& path : Includes(source)) {
      const auto target = room_of(path);
      EXPECT_TRUE(target == floors.end() || target == room || target->second < room->second)
          << source.path << " includes " << path;
    }
  }
  EXPECT_EQ(seen.size(), floors.size());
}

TEST(Tidy, PublicClientHeadersNeedNothingOfOurs) {
  for (const Source& source : Sources()) {
    if (!source.path.starts_with("client/pillion")) continue;
    for (const std::string& path : Includes(source)) {
      EXPECT_TRUE(path.starts_with("pillion")) << source.path << " includes " << path;
    }
  }
}

TEST(Tidy, FilesAreShort) {
  for (const Source& source : Sources()) {
    const bool header = !source.path.ends_with(".cc");
    const std::size_t lines_max = source.Room() == "tests" ? 600 : header ? 300 : 450;
    EXPECT_LE(source.lines.size(), lines_max) << source.path << ": split it by meaning";
  }
}

TEST(Tidy, LinesFitTheScreen) {
  for (const Source& source : Sources()) {
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      const std::string& line = source.lines[i];
      const auto code_points =
          std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; });
      EXPECT_LE(code_points, 100) << source.path << ":" << i + 1;
    }
  }
}

TEST(Tidy, HeadersAreIncludedOnce) {
  for (const Source& source : Sources()) {
    if (source.path.ends_with(".cc")) continue;
    const bool guarded =
        std::any_of(source.lines.begin(), source.lines.end(), [](const std::string& line) {
          return line == "#pragma once" || line.starts_with("#ifndef PILLION_");
        });
    EXPECT_TRUE(guarded) << source.path;
  }
}

// Headers that cost seconds of compiling wherever they are, and the one file that includes each.
TEST(Tidy, CostlyHeadersAreIncludedOnce) {
  const std::map<std::string, std::string> homes = {
      {"#include <CLI/CLI.hpp>", "sidecar/commands/command_line.cc"}};
  for (const auto& [include, home] : homes) {
    int count = 0;
    for (const Source& source : Sources()) {
      if (std::count(source.lines.begin(), source.lines.end(), include) == 0) continue;
      EXPECT_EQ(source.path, home) << include;
      ++count;
    }
    EXPECT_EQ(count, 1) << include;
  }
}

// `// SYNC: name` stands at a release and at the acquire that meets it.
TEST(Tidy, SyncPointsComeInPairs) {
  static const std::regex sync(R"re(// SYNC: ([a-z_0-9 -]+))re");
  std::map<std::string, int> counts;
  for (const Source& source : Sources()) {
    if (source.Room() == "tests") continue;
    for (const std::string& line : source.lines) {
      std::smatch match;
      if (std::regex_search(line, match, sync)) ++counts[match[1]];
    }
  }
  for (const auto& [name, count] : counts) EXPECT_GE(count, 2) << "SYNC: " << name;
}

}  // namespace
