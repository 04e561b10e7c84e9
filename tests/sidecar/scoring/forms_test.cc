// The same rows give the same answers in every form and by every route. What is expected is the
// formula of churn_model.h, written out.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "sidecar/scoring/score_table.h"
#include "tests/sidecar/scoring/churn_model.h"
#include "tests/sidecar/scoring/routes.h"

namespace pillion::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Row {
  std::int64_t id;
  std::string zip;            // digits: written as an integer where a form has types
  std::optional<double> age;  // none: null
  bool member;
  double income;
  double label;  // what `zip` is to the model
};

const std::vector<Row> kRows = {
    {7, "98115", 30, true, 2.5, 1},
    {8, "98103", std::nullopt, false, -1, 0},
    {9, "10001", kNan, true, kInfinity, 3},
    {10, "98115", 0.1, false, kNan, 1},
    {11, "98103", 1e-300, true, -kInfinity, 0},
};

std::string Number(double x) {
  if (std::isnan(x)) return "NaN";
  return std::isinf(x) ? (x > 0 ? "Infinity" : "-Infinity") : fmt::format("{}", x);
}
std::string Age(const Row& row, const char* null) { return row.age ? Number(*row.age) : null; }
const char* Truth(const Row& row) { return row.member ? "true" : "false"; }

std::string JsonLine(const Row& row) {
  return fmt::format(R"({{"id":{},"zip":{},"age":{},"member":{},"income":{}}})", row.id, row.zip,
                     Age(row, "null"), Truth(row), Number(row.income));
}

std::string Join(const std::string& begin, const std::string& between, const std::string& end,
                 std::string (*text_of)(const Row&)) {
  std::string text;
  for (const Row& row : kRows) text += (text.empty() ? "" : between) + text_of(row);
  return begin + text + end;
}

std::string JsonArray(const Row& row) {
  return fmt::format("[{},{},{},{},{}]", row.id, row.zip, Age(row, "null"), Truth(row),
                     Number(row.income));
}

std::string Quoted(const Row& row) {
  return fmt::format(R"({{"member":"{}","income":"{}","age":{},"zip":"{}","id":"{}"}})",
                     row.member ? "True" : "FALSE", Number(row.income), Age(row, "\"\""), row.zip,
                     row.id);
}

std::string CsvLine(const Row& row) {
  return fmt::format("{},{},{},{},{}", row.id, row.zip, Age(row, ""), Truth(row),
                     Number(row.income));
}

constexpr char kHeader[] = "id,zip,age,member,income\n";

std::string Tabs(std::string csv) {
  std::replace(csv.begin(), csv.end(), ',', '\t');
  return csv;
}

// The rows as a leap frame in binary, which is what our writer makes of a table in memory.
std::string Binary() {
  std::ostringstream out;
  const std::unique_ptr<RowSink> writer = MakeTableWriter(TableFormat::kBinary, out);
  const Schema schema = {{"id", DataType::Scalar(BasicType::kLong)},
                         {"zip", DataType::Scalar(BasicType::kInt)},
                         {"age", DataType::Scalar(BasicType::kDouble)},
                         {"member", DataType::Scalar(BasicType::kBoolean)},
                         {"income", DataType::Scalar(BasicType::kDouble, false)}};
  EXPECT_TRUE(writer->Begin(schema));
  for (const Row& row : kRows) {
    const std::vector<Value> values = {Value::Scalar(row.id),
                                       Value::Scalar(std::int32_t{std::stoi(row.zip)}),
                                       row.age ? Value::Scalar(*row.age) : Value::Null(),
                                       Value::Scalar(row.member), Value::Scalar(row.income)};
    EXPECT_TRUE(writer->Add(values));
  }
  EXPECT_TRUE(writer->End());
  return out.str();
}

std::string AvroLong(std::int64_t x) {
  auto bits = static_cast<std::uint64_t>(x << 1) ^ static_cast<std::uint64_t>(x >> 63);
  std::string bytes;
  for (; bits >= 0x80; bits >>= 7) bytes += static_cast<char>((bits & 0x7f) | 0x80);
  return bytes + static_cast<char>(bits);
}

std::string AvroDouble(double x) {
  static_assert(std::endian::native == std::endian::little);
  std::string bytes(sizeof x, '\0');
  std::memcpy(bytes.data(), &x, sizeof x);
  return bytes;
}

std::string AvroText(const std::string& text) {
  return AvroLong(static_cast<std::int64_t>(text.size())) + text;
}

std::string Avro() {
  const std::string schema =
      R"({"type":"record","name":"LeapFrame","fields":[{"name":"id","type":"long"},)"
      R"({"name":"zip","type":"int"},{"name":"age","type":["double","null"]},)"
      R"({"name":"member","type":"boolean"},{"name":"income","type":"double"}]})";
  std::string rows;
  for (const Row& row : kRows) {
    rows += AvroLong(row.id) + AvroLong(std::stoi(row.zip));
    rows += row.age ? AvroLong(0) + AvroDouble(*row.age) : AvroLong(1);
    rows += std::string(1, row.member ? '\1' : '\0') + AvroDouble(row.income);
  }
  const std::string sync(16, 's');
  return std::string("Obj\1", 4) + AvroLong(1) + AvroText("avro.schema") + AvroText(schema) +
         AvroLong(0) + sync + AvroLong(static_cast<std::int64_t>(kRows.size())) +
         AvroLong(static_cast<std::int64_t>(rows.size())) + rows + sync;
}

struct Form {
  const char* name;
  std::string text;
  CsvDialect csv = {};
  std::vector<Row> rows = kRows;
};

// JSON has no words for the rows that are not finite.
std::vector<Row> FiniteRows() { return {kRows[0], kRows[1]}; }

const std::vector<Form>& Forms() {
  static const std::vector<Form> forms = {
      {"JsonLines", Join("", "\n", "\n", JsonLine)},
      {"JsonLinesWithoutLineEnd", Join("", "\n", "", JsonLine)},
      {"JsonText", Join("", "\n", "\n", Quoted)},
      {"PrettyJson", Join("{\n", "\n}\n{\n", "\n}\n",
                          [](const Row& row) {
                            const std::string line = JsonLine(row);
                            return line.substr(1, line.size() - 2);
                          })},
      {"JsonArray", Join("[", ",\n", "]", JsonLine)},
      {"PandasSplit",
       Join(R"({"columns":["id","zip","age","member","income"],"index":[0],"data":[)", ",", "]}",
            JsonArray)},
      {"MlflowSplit", Join(R"({"dataframe_split":{"data":[)", ",",
                           R"(],"columns":["id","zip","age","member","income"]}})", JsonArray)},
      {"MlflowRecords", Join(R"({"dataframe_records": [)", ",", "]}", JsonLine)},
      {"Instances", Join(R"({"instances": [)", ",", "]}", JsonLine)},
      {"SageMaker",
       Join(R"({"schema":{"input":[{"name":"id","type":"long"},{"name":"zip","type":"int"},)"
            R"({"name":"age","type":"double"},{"name":"member","type":"boolean"},)"
            R"({"name":"income","type":"double"}],"output":{"name":"score","type":"double"}},)"
            R"("data":[)",
            ",", "]}", JsonArray)},
      {"PandasTable", Join(R"({"schema":{"fields":[{"name":"id","type":"integer"}]},"data":[)", ",",
                           "]}", JsonLine)},
      {"Csv", Join(kHeader, "\n", "\n", CsvLine)},
      {"CsvWithMark", "\xEF\xBB\xBF" + Join(kHeader, "\r\n", "", CsvLine)},
      {"CsvWithBlanks", Join("id, zip, age, member, income\n", "\n", "\n",
                             [](const Row& row) {
                               std::string line = CsvLine(row);
                               for (std::size_t at = 0; (at = line.find(',', at)) != line.npos;) {
                                 line.insert(++at, " ");
                               }
                               return line;
                             })},
      {"Tabs", Tabs(Join(kHeader, "\n", "\n", CsvLine))},
      {"Headerless",
       Join("", "\n", "\n", CsvLine),
       {'\0', {"id", "zip", "age", "member", "income"}, {}}},
      {"NullsByName",
       Join(kHeader, "\n", "\n",
            [](const Row& row) {
              return fmt::format("{},{},{},{},{}", row.id, row.zip, Age(row, "NA"), Truth(row),
                                 Number(row.income));
            }),
       {'\0', {}, {"NA", "-"}}},
      {"LeapFrame",
       R"({"schema":{"fields":[{"name":"id","type":"long"},{"name":"zip","type":"string"},)"
       R"({"name":"age","type":"double"},{"name":"member","type":"boolean"},)"
       R"({"name":"income","type":"float"}]},"rows":[[7,"98115",30,true,2.5],)"
       R"([8,"98103",null,false,-1]]})",
       {},
       FiniteRows()},
      {"Binary", Binary()},
      {"Avro", Avro()},
  };
  return forms;
}

class RouteTest : public ::testing::TestWithParam<std::string> {
 protected:
  static Routes& routes() {
    static const ChurnModel* const model = new ChurnModel();
    static Routes* const routes = new Routes(model->path());  // for all; ends with the process
    return *routes;
  }
};

TEST_P(RouteTest, AllFormsGiveTheSameAnswers) {
  for (const Form& form : Forms()) {
    SCOPED_TRACE(form.name);
    const std::unique_ptr<RowScorer> scorer = routes().Open(GetParam());
    ASSERT_NE(scorer, nullptr);
    TextInput input(form.text);
    TableSource source{"rows", "", TableFormat::kJson, {}};
    source.csv = form.csv;
    const auto format = DetectTableFormat(input, "rows");
    ASSERT_TRUE(format) << format.error().Text();
    source.format = form.csv.header.empty() ? *format : TableFormat::kCsv;
    ScoreOptions options;
    options.select = {"id", "score"};
    std::ostringstream out;
    const std::unique_ptr<RowSink> writer = MakeTableWriter(TableFormat::kCsv, out);
    const auto summary = ScoreTable(*scorer, source, input, options, *writer);
    ASSERT_TRUE(summary) << summary.error().Text();
    EXPECT_EQ(summary->row_count, form.rows.size());
    std::istringstream lines(out.str());
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line, "id,score\r");
    for (const Row& row : form.rows) {
      ASSERT_TRUE(std::getline(lines, line)) << row.id;
      const std::size_t comma = line.find(',');
      EXPECT_EQ(line.substr(0, comma), std::to_string(row.id));
      const double expected = ChurnScore(row.label, row.age, row.member, row.income);
      const double score = std::stod(line.substr(comma + 1));
      EXPECT_TRUE(score == expected || (std::isnan(score) && std::isnan(expected)))
          << row.id << ": " << line << ", expected " << expected;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Routes, RouteTest, ::testing::Values("local", "shm", "unix", "inproc"),
                         [](const auto& route) { return route.param; });

}  // namespace
}  // namespace pillion::testing
