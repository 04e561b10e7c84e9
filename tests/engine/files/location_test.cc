// Paths and URIs as RFC 8089 and MLeap write them.
#include "engine/files/location.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pillion {
namespace {

using ::testing::HasSubstr;

// "path" or "path folder".
std::string Read(const std::string& text) {
  const Result<Location> location = ReadLocation(text);
  if (!location) return "refused: " + location.error().Text();
  return location->path.string() + (location->folder.empty() ? "" : " ") + location->folder;
}

TEST(Location, TakesPaths) {
  for (const char* path :
       {"m.zip", "/m.zip", "a:b", "a:/b", "a b", "%20", "m.zip!/x", "x.y:z", ":"}) {
    EXPECT_EQ(Read(path), path);
  }
}

TEST(Location, TakesUrisOfFiles) {
  EXPECT_EQ(Read("file:/no/m.zip"), "/no/m.zip");
  EXPECT_EQ(Read("file:///no/m.zip"), "/no/m.zip");
  EXPECT_EQ(Read("file://localhost/no/m.zip"), "/no/m.zip");
  EXPECT_EQ(Read("FILE://LocalHost/no/m.zip"), "/no/m.zip");
  EXPECT_EQ(Read("file:m.zip"), "m.zip");
  EXPECT_EQ(Read("file:/no/caf%C3%A9%20%41%2fb"), "/no/caf\xc3\xa9 A/b");
  EXPECT_EQ(Read("jar:file:/no/m.zip"), "/no/m.zip");
  EXPECT_EQ(Read("jar:file:///no/m.zip!/"), "/no/m.zip");
  EXPECT_EQ(Read("jar:file:/no/m.zip!/a/b%20c/"), "/no/m.zip a/b c");
  EXPECT_EQ(Read("jar:m.zip!/a"), "m.zip a");
}

TEST(Location, ExplainsOthers) {
  EXPECT_THAT(Read("file://host/m.zip"), HasSubstr("'host'"));
  EXPECT_THAT(Read("file://"), HasSubstr("without a path"));
  EXPECT_THAT(Read("file:"), HasSubstr("without a path"));
  for (const char* uri : {"file:/a%", "file:/a%4", "file:/a%zz", "file:/a%00", "file:/a%+1"}) {
    EXPECT_THAT(Read(uri), HasSubstr("stands for no character")) << uri;
  }
  EXPECT_THAT(Read("file:/a?b"), HasSubstr("%3F"));
  EXPECT_THAT(Read("file:/a#b"), HasSubstr("%23"));
  EXPECT_THAT(Read("hdfs:/a"), HasSubstr("hdfs dfs -get"));
  EXPECT_THAT(Read("S3://b/a"), HasSubstr("aws s3 cp"));
  EXPECT_THAT(Read("jar:https://h/a.zip!/"), HasSubstr("curl"));
  EXPECT_THAT(Read("nobody+knows://a"), HasSubstr("'nobody+knows'"));
  EXPECT_THAT(Read("jar:jar:file:/a!/b!/c"), HasSubstr("zip inside a zip"));
}

}  // namespace
}  // namespace pillion
