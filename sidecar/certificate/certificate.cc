#include "sidecar/certificate/certificate.h"

#include <algorithm>
#include <utility>

#include "base/quote.h"
#include "sidecar/certificate/difference.h"
#include "sidecar/scoring/plan_scorer.h"
#include "sidecar/scoring/score_table.h"
#include "sidecar/table/cell_json_writer.h"

namespace pillion {
namespace {

// Compares each answer with the next expected one.
class Comparer final : public RowSink {
 public:
  Comparer(const GoldenRows& golden, Certificate* certificate)
      : golden_(golden), certificate_(certificate) {
    for (const Field& field : golden.answers.schema()) {
      certificate_->columns.push_back({field.name, golden.UlpsAllowed(field.name), 0, 0, 0, {}});
    }
  }

  Result<void> Begin(const TableHead&) override { return {}; }
  Result<void> Add(std::span<const Value> row) override {
    const std::uint64_t number = ++certificate_->row_count;
    if (number > golden_.answers.row_count()) return {};
    for (std::size_t i = 0; i < row.size(); ++i) {
      Compare(number, golden_.answers.Row(number - 1)[i], row[i], i);
    }
    return {};
  }
  Result<void> End() override { return {}; }

 private:
  void Compare(std::uint64_t number, const Value& expected, const Value& answered, std::size_t i) {
    Certificate::Column& column = certificate_->columns[i];
    const DataType& type = golden_.answers.schema()[i].type;
    const Difference difference = DifferenceOf(expected, answered, type);
    if (difference.ulps == 0) ++column.equal;
    column.ulps_most = std::max(column.ulps_most, difference.ulps);
    column.difference_most = std::max(column.difference_most, difference.absolute);
    if (difference.ulps <= column.ulps_allowed || column.miss) return;
    column.miss = {number, ShortCellJson(expected, type), ShortCellJson(answered, type),
                   difference.ulps};
  }

  const GoldenRows& golden_;
  Certificate* certificate_;
};

}  // namespace

bool Certificate::Holds() const {
  return std::ranges::none_of(columns,
                              [](const Column& column) { return column.miss.has_value(); });
}

std::string Certificate::FirstMiss() const {
  const Column* first = nullptr;
  for (const Column& column : columns) {
    if (column.miss && (first == nullptr || column.miss->row < first->miss->row)) first = &column;
  }
  if (first == nullptr) return {};
  std::string text = "row " + std::to_string(first->miss->row) + ", column " + Quote(first->name) +
                     ": expected " + first->miss->expected + ", the model answers " +
                     first->miss->answered;
  if (first->miss->ulps != Difference::kApart) {
    text += " (" + std::to_string(first->miss->ulps) + " ulps apart, " +
            std::to_string(first->ulps_allowed) + " allowed)";
  }
  return text;
}

Result<Certificate> Certify(std::shared_ptr<const Model> model, const GoldenRows& golden) {
  Certificate certificate{golden.place, golden.made_by, 0, {}};
  PlanScorer scorer(std::move(model));
  Comparer comparer(golden, &certificate);
  ScoreOptions options;
  options.select.emplace();
  for (const Field& field : golden.answers.schema()) options.select->push_back(field.name);
  std::string removed;
  options.skipped = [&](std::uint64_t row, const std::string& stage) {
    if (removed.empty()) removed = "row " + std::to_string(row) + " is removed by " + stage;
  };
  const TableSource source{golden.place + ": rows", golden.rows, TableFormat::kJsonLines, {}};
  PILLION_TRY(ScoreTable(scorer, source, options, comparer));
  if (!removed.empty()) return Fail(LoadCode::kBadBundle, golden.place, removed);
  if (certificate.row_count != golden.answers.row_count()) {
    return Fail(LoadCode::kBadBundle, golden.place,
                "expected an answer for each row, found " + std::to_string(certificate.row_count) +
                    " rows and " + std::to_string(golden.answers.row_count()) + " answers");
  }
  return certificate;
}

void WriteCertificate(const Certificate& certificate, JsonText& json) {
  const auto number = [&](std::string_view key, std::uint64_t value) {
    json.Key(key);
    json.Raw(std::to_string(value));  // ulps between two signs go beyond std::int64_t
  };
  const auto text = [&](std::string_view key, const std::string& value) {
    json.Key(key);
    json.String(value);
  };
  const auto ulps = [&](std::string_view key, std::uint64_t value) {
    if (value != Difference::kApart) return number(key, value);
    json.Key(key);
    json.Null();
  };
  json.BeginObject();
  json.Key("holds");
  json.Boolean(certificate.Holds());
  text("place", certificate.place);
  text("made_by", certificate.made_by);
  number("rows", certificate.row_count);
  json.Key("columns");
  json.BeginArray();
  for (const Certificate::Column& column : certificate.columns) {
    json.Element();
    json.BeginObject();
    text("name", column.name);
    number("equal", column.equal);
    number("ulps_allowed", column.ulps_allowed);
    ulps("ulps_most", column.ulps_most);
    json.Key("difference_most");
    json.Number(column.difference_most);
    json.Key("first_miss");
    if (!column.miss) {
      json.Null();
    } else {
      json.BeginObject();
      number("row", column.miss->row);
      text("expected", column.miss->expected);
      text("answered", column.miss->answered);
      ulps("ulps", column.miss->ulps);
      json.EndObject();
    }
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

}  // namespace pillion
