// Rules: the Avro specification's binary encoding, and bundle-format.md section 19.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "tests/sidecar/table/table_text.h"
#include "tests/support/paths.h"

namespace pillion::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kAvro = TableFormat::kAvro;
constexpr char kSync[] = "0123456789abcdef";

std::string Long(std::int64_t x) {
  std::uint64_t bits = (static_cast<std::uint64_t>(x) << 1) ^ static_cast<std::uint64_t>(x >> 63);
  std::string bytes;
  for (; bits >= 0x80; bits >>= 7) bytes += static_cast<char>(bits | 0x80);
  return bytes + static_cast<char>(bits);
}

std::string Text(const std::string& text) {
  return Long(static_cast<std::int64_t>(text.size())) + text;
}

// A file with one block of rows.
std::string File(const std::string& fields, std::int64_t row_count, const std::string& rows) {
  const std::string schema = R"({"type":"record","name":"LeapFrame","fields":[)" + fields + "]}";
  return "Obj\1" + Long(1) + Text("avro.schema") + Text(schema) + Long(0) + kSync +
         Long(row_count) + Text(rows) + kSync;
}

std::string Column(const std::string& type) { return R"({"name":"c","type":)" + type + "}"; }

constexpr char kIntTensor[] =
    R"({"type":"record","name":"IntTensor","namespace":"ml.combust.mleap.avro","fields":[)"
    R"({"name":"dimensions","type":{"type":"array","items":"int"}},)"
    R"({"name":"values","type":{"type":"array","items":"int"}},)"
    R"({"name":"indices","type":[{"type":"array","items":{"type":"array","items":"int"}},)"
    R"("null"]}]})";

// What write_avro_frame.py wrote with Apache Avro's library.
TEST(LeapAvro, ReadsWhatApacheAvroWrites) {
  std::ifstream file(SourceDir() + "/tests/sidecar/table/apartments.frame.avro", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const std::string bytes = text.str();
  EXPECT_EQ(DetectTableFormat(bytes), kAvro);
  const Result<Table> frame = Parse(bytes, kAvro);
  ASSERT_TRUE(frame) << frame.error().Text();
  const Schema schema = {{"city", DataType::Scalar(BasicType::kString)},
                         {"price", DataType::Scalar(BasicType::kDouble)},
                         {"bedrooms", DataType::Scalar(BasicType::kInt)},
                         {"views", DataType::Scalar(BasicType::kLong)},
                         {"has_lift", DataType::Scalar(BasicType::kBoolean)},
                         {"photo", DataType::Scalar(BasicType::kByteString)},
                         {"ratings", DataType::List(BasicType::kFloat)},
                         {"distances", DataType::Map(BasicType::kString, BasicType::kDouble)},
                         {"features", DataType::Tensor(BasicType::kDouble)},
                         {"amenities", DataType::Tensor(BasicType::kDouble)}};
  EXPECT_EQ(frame->schema(), schema);
  EXPECT_EQ(Print(*frame, TableFormat::kJsonLines),
            R"({"city":"Brno","price":1250.5,"bedrooms":2,"views":1099511627776,"has_lift":true,)"
            R"("photo":"AP8=","ratings":[4.5,0.1],"distances":{"park":0.25},"features":[1.0,0.0],)"
            R"("amenities":{"dimensions":[9],"indices":[[7]],"values":[5.0]}})"
            "\n"
            R"({"city":"Łódź","price":-1.0E-300,"bedrooms":null,"views":-1,"has_lift":false,)"
            R"("photo":"","ratings":[],"distances":null,"features":[],)"
            R"("amenities":{"dimensions":[3],"indices":[],"values":[]}})"
            "\n");
  EXPECT_TRUE(std::signbit(frame->Row(0)[8].Elements<double>()[1]));  // JSON does not show it
}

TEST(LeapAvro, ReadsUnionsListsAndMaps) {
  const std::string fields =
      R"({"name":"u","type":["long","null"]},{"name":"l","type":{"type":"array","items":"float"}},)"
      R"({"name":"m","type":["null",{"type":"map","values":"boolean"}]})";
  const std::string rows = Long(1) + Long(0) + Long(0) +                    // null, [], null
                           Long(0) + Long(-3) + Long(-1) + Long(4) +        // -3, a block of 4
                           std::string("\0\0\x80\x3f", 4) + Long(0) +       // bytes: [1.0]
                           Long(1) + Long(1) + Text("k") + "\1" + Long(0);  // {"k": true}
  const Result<Table> frame = Parse(File(fields, 2, rows), kAvro);
  ASSERT_TRUE(frame) << frame.error().Text();
  EXPECT_TRUE(frame->Row(0)[0].null);
  EXPECT_FALSE(frame->Row(0)[1].null);
  EXPECT_TRUE(frame->Row(0)[2].null);
  EXPECT_EQ(frame->Row(1)[0].int64, -3);
  EXPECT_THAT(frame->Row(1)[1].Elements<float>(), ElementsAre(1.0F));
  EXPECT_THAT(frame->Row(1)[2].Keys<std::string_view>(), ElementsAre("k"));
  EXPECT_THAT(frame->Row(1)[2].Elements<bool>(), ElementsAre(true));
}

TEST(LeapAvro, ReadsTensorsAndRecordsByName) {
  const std::string fields = R"({"name":"a","type":)" + std::string(kIntTensor) +
                             R"(},{"name":"b","type":"ml.combust.mleap.avro.IntTensor"})";
  const std::string dense = Long(2) + Long(-1) + Long(2) + Long(0) +    // [-1, 2]
                            Long(4) + "\2\4\6\10" + Long(0) + Long(1);  // 1 2 3 4, null
  const std::string sparse = Long(1) + Long(9) + Long(0) +              // [9]
                             Long(1) + Long(5) + Long(0) +              // 5
                             Long(0) + Long(1) + Long(1) + Long(7) + Long(0) + Long(0);  // [[7]]
  const Result<Table> frame = Parse(File(fields, 1, dense + sparse), kAvro);
  ASSERT_TRUE(frame) << frame.error().Text();
  EXPECT_EQ(frame->schema()[1].type, DataType::Tensor(BasicType::kInt));
  EXPECT_THAT(frame->Row(0)[0].Dimensions(), ElementsAre(2, 2));
  EXPECT_THAT(frame->Row(0)[0].Elements<std::int32_t>(), ElementsAre(1, 2, 3, 4));
  EXPECT_TRUE(frame->Row(0)[1].sparse);
  EXPECT_EQ(frame->Row(0)[1].size, 9);
  EXPECT_EQ(frame->Row(0)[1].indices[0], 7);
}

TEST(LeapAvro, RefusesOtherTypes) {
  for (const char* type :
       {R"("null")", R"(["int"])", R"(["int","long"])", R"(["int","null","long"])",
        R"({"type":"enum","name":"E","symbols":["A"]})",
        R"({"type":"array","items":["int","null"]})",
        R"({"type":"record","name":"IntTensor","fields":[]})", R"({"type":"map"})", "3"}) {
    EXPECT_NE(Refusal(File(Column(type), 0, ""), kAvro), "") << type;
  }
  std::string nested = "\"int\"";
  for (int i = 0; i < 1000; ++i) nested = R"({"type":"array","items":)" + nested + "}";
  EXPECT_NE(Refusal(File(Column(nested), 0, ""), kAvro), "");
}

// Records that name each other twice would double the schema with each step.
TEST(LeapAvro, SchemasDoNotExplode) {
  std::string fields = R"({"name":"c","type":{"type":"record","name":"R0","fields":[]}})";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "\"R" + std::to_string(i - 1) + "\"";
    fields += R"(,{"name":"c)" + std::to_string(i) + R"(","type":{"type":"record","name":"R)" +
              std::to_string(i) + R"(","fields":[{"name":"a","type":)" + before +
              R"(},{"name":"b","type":)" + before + "}]}}";
  }
  EXPECT_THAT(Refusal(File(fields, 0, ""), kAvro), HasSubstr("too many parts"));
}

TEST(LeapAvro, BelievesNoCountBeyondItsBytes) {
  const std::string list = Column(R"({"type":"array","items":"double"})");
  for (const std::int64_t count : {std::int64_t{3}, INT64_MAX, INT64_MIN, std::int64_t{-5}}) {
    EXPECT_NE(Refusal(File(list, 1, Long(count) + "1"), kAvro), "") << count;
    EXPECT_NE(Refusal(File(list, count, ""), kAvro), "") << count;
    EXPECT_NE(Refusal(File(Column("\"string\""), 1, Long(count) + "1"), kAvro), "") << count;
  }
  EXPECT_NE(Refusal(File("", INT64_MAX, ""), kAvro), "");
  EXPECT_THAT(Refusal(File(Column("\"int\""), 1, Long(1LL << 40)), kAvro),
              HasSubstr("row 1, column 'c'"));
}

TEST(LeapAvro, SurvivesBrokenBytes) {
  const std::string good = File(Column(kIntTensor), 1,
                                Long(1) + Long(9) + Long(0) + Long(1) + Long(5) + Long(0) +
                                    Long(0) + Long(1) + Long(1) + Long(7) + Long(0) + Long(0));
  ASSERT_EQ(Refusal(good, kAvro), "");
  for (std::size_t size = 0; size < good.size(); ++size) Refusal(good.substr(0, size), kAvro);
  std::mt19937 random(9);
  for (int i = 0; i < 5000; ++i) {
    std::string bad = good;
    bad[random() % bad.size()] = static_cast<char>(random());
    Refusal(bad, kAvro);
  }
}

}  // namespace
}  // namespace pillion::testing
