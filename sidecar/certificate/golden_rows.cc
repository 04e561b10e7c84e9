#include "sidecar/certificate/golden_rows.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

#include "base/json_reader.h"
#include "base/quote.h"
#include "base/suggest.h"
#include "sidecar/models/model_names.h"
#include "sidecar/table/json_text.h"
#include "sidecar/table/readers.h"

namespace pillion {
namespace {

namespace fs = std::filesystem;

const Field* Find(const Schema& schema, std::string_view name) {
  const auto it = std::ranges::find(schema, name, &Field::name);
  return it == schema.end() ? nullptr : &*it;
}

tl::unexpected<LoadError> Refuse(std::string place, std::string what) {
  return Fail(LoadCode::kBadBundle, std::move(place), std::move(what));
}

tl::unexpected<LoadError> NoSuchAnswer(const std::string& place, std::string_view column,
                                       const Model& model) {
  return Refuse(place, "the model makes no column " + Quote(column) +
                           DidYouMean(column, model.outputs(), &Field::name));
}

struct Parts {
  std::string rows;
  std::string answers;
};

Result<void> ReadParts(std::string_view text, GoldenRows* golden, Parts* parts) {
  static constexpr std::string_view kKeys[] = {"made_by", "ulps", "rows", "answers"};
  static constexpr std::string_view kObjects = "an array of objects";
  JsonReader json(golden->place);
  const bool read = json.ReadText(text, [&](std::string_view key, JsonReader::Value value) {
    if (key == "made_by") return json.Read(value, golden->made_by);
    if (key == "rows") return json.ReadRawArray(value, parts->rows, kObjects);
    if (key == "answers") return json.ReadRawArray(value, parts->answers, kObjects);
    if (key == "ulps") {
      return json.ReadObject(value, [&](std::string_view column, JsonReader::Value item) {
        std::int64_t ulps = 0;
        if (!json.Read(item, ulps)) return false;
        if (ulps < 0) return json.FailExpecting(item, "a whole number from 0 on");
        golden->ulps.emplace(column, ulps);
        return true;
      });
    }
    return json.Fail("there is no such key" +
                     DidYouMean(key, {std::begin(kKeys), std::end(kKeys)}));
  });
  if (!read) return tl::unexpected(json.error());
  if (parts->rows.empty()) return Refuse(golden->place, "'rows' is missing");
  if (parts->answers.empty()) return Refuse(golden->place, "'answers' is missing");
  return {};
}

std::optional<fs::path> FileBeside(const fs::path& path) {
  std::vector<fs::path> places;
  fs::path named = path;
  named.replace_extension(".golden.json");
  for (const std::string_view extension : kModelExtensions) {
    if (path.extension() == extension) places.push_back(named);
  }
  for (const std::string_view name : kModelNames) {
    if (path.filename() == name) places.push_back(path.parent_path() / "golden.json");
  }
  for (fs::path& place : places) {
    std::error_code absent;
    if (fs::is_regular_file(place, absent)) return std::move(place);
  }
  return std::nullopt;
}

// The columns of `table` that are among `wanted`, a JSON array of objects.
class ArrayWriter {
 public:
  ArrayWriter(const Table& table, const Schema& wanted) {
    for (std::size_t i = 0; i < table.schema().size(); ++i) {
      const Field& field = table.schema()[i];
      if (Find(wanted, field.name) == nullptr) continue;
      columns_.push_back(i);
      schema_.push_back(field);
    }
  }

  const Schema& schema() const { return schema_; }

  Result<std::string> Write(const Table& table) {
    std::ostringstream lines;
    const auto writer = internal::MakeJsonLinesWriter(lines);
    PILLION_TRY(writer->Begin(schema_));
    std::vector<Value> row(columns_.size());
    for (std::size_t i = 0; i < table.row_count(); ++i) {
      for (std::size_t j = 0; j < columns_.size(); ++j) row[j] = table.Row(i)[columns_[j]];
      PILLION_TRY(writer->Add(row));
    }
    PILLION_TRY(writer->End());
    std::string text = "[";
    std::istringstream each(std::move(lines).str());
    for (std::string line; std::getline(each, line);) {
      text.append(text.size() == 1 ? "\n  " : ",\n  ").append(line);
    }
    return text + "\n ]";
  }

 private:
  std::vector<std::size_t> columns_;
  Schema schema_;
};

}  // namespace

Result<GoldenRows> ReadGoldenRows(std::string place, std::string_view text, const Model& model) {
  GoldenRows golden;
  golden.place = std::move(place);
  if (text.size() > kGoldenBytesMax) {
    return Fail(LoadCode::kOverLimit, golden.place,
                "golden rows may have " + std::to_string(kGoldenBytesMax) + " bytes, not " +
                    std::to_string(text.size()));
  }
  Parts parts;
  PILLION_TRY(ReadParts(text, &golden, &parts));
  PILLION_ASSIGN(golden.answers, Table::Read({golden.place + ": answers", parts.answers,
                                              TableFormat::kJsonLines, model.outputs()}));
  for (const Field& field : golden.answers.schema()) {
    if (Find(model.outputs(), field.name) == nullptr) {
      return NoSuchAnswer(golden.place, field.name, model);
    }
  }
  for (const auto& [column, ulps] : golden.ulps) {
    if (Find(golden.answers.schema(), column) == nullptr) {
      return Refuse(golden.place, "ulps: no answer has a column " + Quote(column) +
                                      DidYouMean(column, golden.answers.schema(), &Field::name));
    }
  }
  if (golden.answers.row_count() == 0 || golden.answers.schema().empty()) {
    return Refuse(golden.place, "expected at least one answer, found none");
  }
  golden.rows = std::move(parts.rows);
  return golden;
}

Result<std::optional<GoldenRows>> FindGoldenRows(const fs::path& path, const Model& model) {
  std::optional<GoldenRows> golden;
  if (model.golden()) {
    PILLION_ASSIGN(golden, ReadGoldenRows(path.string() + ": golden.json", *model.golden(), model));
    return golden;
  }
  const std::optional<fs::path> file = FileBeside(path);
  if (!file) return golden;
  std::ifstream stream(*file, std::ios::binary);
  std::string text(kGoldenBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || (!stream && !stream.eof())) return Refuse(file->string(), "cannot be read");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  PILLION_ASSIGN(golden, ReadGoldenRows(file->string(), text, model));
  return golden;
}

Result<std::string> WriteGoldenRows(const Model& model, const Table& rows, const Table& answers,
                                    const std::string& made_by,
                                    const std::map<std::string, std::uint64_t, std::less<>>& ulps) {
  if (rows.row_count() != answers.row_count()) {
    return Fail(LoadCode::kBadSchema, "",
                "expected an answer for each row, found " + std::to_string(rows.row_count()) +
                    " rows and " + std::to_string(answers.row_count()) + " answers");
  }
  ArrayWriter row_writer(rows, model.inputs());
  ArrayWriter answer_writer(answers, model.outputs());
  if (answer_writer.schema().empty()) {
    return Fail(LoadCode::kBadSchema, "", "the answers have no column that the model makes");
  }
  std::string text;
  JsonText json(text, JsonStyle::kPretty);
  json.BeginObject();
  if (!made_by.empty()) {
    json.Key("made_by");
    json.String(made_by);
  }
  if (!ulps.empty()) {
    json.Key("ulps");
    json.BeginObject();
    for (const auto& [column, most] : ulps) {
      json.Key(column);
      json.Number(static_cast<std::int64_t>(most));
    }
    json.EndObject();
  }
  std::string array;
  json.Key("rows");
  PILLION_ASSIGN(array, row_writer.Write(rows));
  json.Raw(array);
  json.Key("answers");
  PILLION_ASSIGN(array, answer_writer.Write(answers));
  json.Raw(array);
  json.EndObject();
  return text + "\n";
}

}  // namespace pillion
