// A failed call says which row, column and stage it was, in parts and in a sentence.
#include <gmock/gmock.h>

#include "schemas/rows/batch_encoder.h"
#include "tests/client/model_fixture.h"

namespace pillion {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class FaultTest : public ModelFixture {};

TEST_P(FaultTest, AMisspeltColumnIsNamedWithTheNearest) {
  const BoundTo model = Bind("house");
  Row row = model.NewRow();
  row.Set("number", 2.0).Set("City", "Bern").Set("nowhere", 1);
  EXPECT_THAT(row.fault(), AllOf(HasSubstr("\"City\""), HasSubstr("did you mean 'city'?")));
  const auto answer = model.Score(row, kPatience);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, PILLION_UNKNOWN_COLUMN);
  EXPECT_EQ(answer.error().text, row.fault());
  EXPECT_EQ(answer.error().column_name, "City");
  EXPECT_EQ(answer.error().column, std::nullopt);

  row.Clear();
  EXPECT_EQ(row.fault(), "");
  row.SetNull("contry");
  EXPECT_THAT(row.fault(), AllOf(HasSubstr("\"contry\""), HasSubstr("2 columns")));
  row.Clear();
  pillion_set_double(row.get(), static_cast<std::uint32_t>(-1), 1.0);
  EXPECT_THAT(row.fault(), Not(HasSubstr("contry")));
}

TEST_P(FaultTest, ManyColumnsAreSetAsOneByOne) {
  const BoundTo model = Bind("house");
  const std::uint32_t number = *model.Input("number");
  const std::uint32_t city = *model.Input("city");
  const std::uint32_t columns[] = {number, city, 7};
  const double values[] = {2.5, 1.0, 1.0};
  Row many = model.NewRow();
  Row single = model.NewRow();
  EXPECT_EQ(pillion_set_doubles(many.get(), columns, values, 1), PILLION_OK);
  pillion_set_double(single.get(), number, 2.5);
  const auto bytes = [](const Row& row) {
    std::size_t size = 0;
    const auto* data = static_cast<const char*>(pillion_row_bytes(row.get(), &size));
    return std::string(data, size);
  };
  EXPECT_EQ(bytes(many), bytes(single));
  EXPECT_EQ(many.fault(), "");
  const pillion_code first = pillion_set_double(single.get(), city, 1.0);
  EXPECT_NE(first, PILLION_OK);
  EXPECT_EQ(pillion_set_doubles(many.get(), columns, values, 3), first);
  EXPECT_EQ(many.error().column, model.Input("city"));  // holds text
}

TEST_P(FaultTest, WhatTheRowRefusesNamesItsColumn) {
  const BoundTo model = Bind("house");
  Row row = model.NewRow();
  row.Set("number", "three").Set("citi", "Bern");
  EXPECT_THAT(row.fault(), AllOf(HasSubstr("\"number\""), HasSubstr("another type")));
  const Error error = row.error();
  EXPECT_EQ(error.column, model.Input("number"));
  EXPECT_EQ(error.column_name, "number");
  EXPECT_EQ(error.stage, "");
}

TEST_P(FaultTest, WhatTheServerRefusesNamesColumnAndStage) {
  const BoundTo model = Bind("house");
  const auto unseen = model.Score(RowOf(model, 2, "Paris"), kPatience);
  ASSERT_FALSE(unseen);
  EXPECT_EQ(unseen.error().code, static_cast<pillion_code>(ScoreCode::kUnseenLabel));
  EXPECT_EQ(unseen.error().column, model.Input("city"));
  EXPECT_EQ(unseen.error().column_name, "city");
  EXPECT_EQ(unseen.error().stage, "string_indexer n");
  EXPECT_EQ(unseen.error().text,
            "column \"city\" (string), stage string_indexer n: "
            "a label that was not seen in training");

  Row row = RowOf(model, 2, "Bern");
  row.SetNull("number");
  const auto null = model.Score(row, kPatience);
  EXPECT_EQ(null.error().code, static_cast<pillion_code>(ScoreCode::kNullValue));
  EXPECT_EQ(null.error().column_name, "number");
  EXPECT_THAT(null.error().text, AllOf(HasSubstr("\"number\""), HasSubstr("null")));

  const auto invalid = model.Score(RowOf(model, 2, "Bern\xff"), kPatience);
  EXPECT_EQ(invalid.error().code, static_cast<pillion_code>(ScoreCode::kBadText));
  EXPECT_EQ(invalid.error().column_name, "city");
  EXPECT_THAT(invalid.error().text, HasSubstr("UTF-8"));
}

TEST_P(FaultTest, AColumnThatOnlyStagesKnowIsNamedToo) {
  const BoundTo model = Bind("house");
  const auto answer = model.Score(RowOf(model, 0, "Bern"), kPatience);  // 0 lies in no bucket
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().column, std::nullopt);
  EXPECT_EQ(answer.error().column_name, "over");
  EXPECT_EQ(answer.error().stage, "bucketizer n");
}

TEST_P(FaultTest, ARowThatNoMessageTakesNamesItsLongestColumn) {
  const BoundTo model = Bind("house");
  const Row row = RowOf(model, 2, std::string(5'000'000, 'x').c_str());
  const auto answer = model.Score(row, kPatience);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, static_cast<pillion_code>(ScoreCode::kTooLarge));
  EXPECT_EQ(answer.error().column_name, "city");
  EXPECT_THAT(answer.error().text, HasSubstr("5000"));
}

TEST_P(FaultTest, EachAnswerOfManyHasItsOwnFault) {
  const BoundTo model = Bind("house");
  std::vector<Row> rows;
  rows.push_back(RowOf(model, 2, "Bern"));
  rows.push_back(RowOf(model, 2, "Paris"));
  rows.push_back(model.NewRow());
  rows.back().Set("cty", "Bern");
  rows.push_back(RowOf(model, 2, std::string(5'000'000, 'x').c_str()));
  std::vector<Answer> answers;
  EXPECT_EQ(model.ScoreEach(rows, kPatience, &answers), 1u);
  EXPECT_EQ(answers[0].error().code, PILLION_OK);
  EXPECT_EQ(answers[0].error().text, "");
  EXPECT_EQ(pillion_answer_column(answers[1].get()), static_cast<int>(*model.Input("city")));
  EXPECT_STREQ(pillion_answer_stage(answers[1].get()), "string_indexer n");
  EXPECT_EQ(answers[2].error().column_name, "cty");
  EXPECT_EQ(answers[3].error().column_name, "city");
}

TEST_P(FaultTest, ARowOfABatchHasItsOwnFault) {
  const BoundTo model = Bind("house");
  std::size_t bytes = 0;
  const auto* description =
      static_cast<const std::byte*>(pillion_model_description(model.get(), &bytes));
  RowEncoder row(std::make_shared<const RowLayout>(
      *RowLayout::Make(DecodeLayoutDescription({description, bytes})->inputs)));
  BatchEncoder batch;
  for (const char* city : {"Bern", "Paris", "Basel"}) {
    row.Clear();
    row.Set(*model.Input("number"), 2.0);
    row.Set(*model.Input("city"), city);
    batch.Add(row);
  }
  const auto request = batch.Finish();
  Answer answer = model.NewAnswer();
  ASSERT_EQ(pillion_score_bytes(model.get(), PILLION_BATCH, request.data(), request.size(),
                                10'000'000'000, answer.get()),
            PILLION_OK);
  EXPECT_EQ(answer.error(0).code, PILLION_OK);
  const Error error = answer.error(1);
  EXPECT_EQ(error.code, static_cast<pillion_code>(ScoreCode::kUnseenLabel));
  EXPECT_EQ(error.row, 1u);
  EXPECT_EQ(error.column_name, "city");
  EXPECT_EQ(answer.error(3).code, PILLION_MALFORMED);
}

TEST_P(FaultTest, OlderProgramsGetAsMuchAsTheyKnow) {
  const BoundTo model = Bind("house");
  Answer answer = model.NewAnswer();
  model.Score(RowOf(model, 2, "Paris"), kPatience, &answer);
  struct {
    pillion_error error;
    char canary;
  } old = {PILLION_ERROR_INIT, 'c'};
  old.error.size = offsetof(pillion_error, text);
  old.error.text[0] = 'k';
  pillion_answer_error(answer.get(), &old.error);
  EXPECT_EQ(old.error.text[0], 'k');
  EXPECT_STREQ(old.error.column_name, "city");
  pillion_error zeroed{};
  pillion_answer_error(answer.get(), &zeroed);
  EXPECT_STREQ(zeroed.stage, "string_indexer n");
  EXPECT_EQ(pillion_answer_error(answer.get(), nullptr), pillion_answer_code(answer.get()));
}

TEST_P(FaultTest, RowsAndAnswersBelongToTheirColumns) {
  const BoundTo house = Bind("house", {"bucket"});
  const BoundTo other = Bind("other", {"city_index"});
  Answer own = house.NewAnswer();
  Answer strange = other.NewAnswer();
  const auto row_of_house = [&] {
    Row row = house.NewRow();
    row.Set("number", 2.0);
    return row;
  };
  const Row row = row_of_house();
  EXPECT_EQ(house.Score(row, kPatience, &own), PILLION_OK);
  EXPECT_EQ(house.Score(row, kPatience, &strange), PILLION_WRONG_MODEL);
  EXPECT_EQ(strange.code(), PILLION_WRONG_MODEL);
  EXPECT_EQ(strange.Double("city_index"), std::nullopt);
  EXPECT_EQ(other.Score(row, kPatience, &strange), PILLION_WRONG_MODEL);
  EXPECT_THAT(strange.error().text, HasSubstr("row"));
  std::vector<Answer> answers;
  answers.push_back(house.NewAnswer());
  answers.push_back(other.NewAnswer());
  std::vector<Row> rows;
  rows.push_back(row_of_house());
  rows.push_back(row_of_house());
  EXPECT_EQ(house.ScoreEach(rows, kPatience, &answers), 1u);
  EXPECT_EQ(answers[1].code(), PILLION_WRONG_MODEL);
  // Bound again, as after a change of the schema: the same columns, so the same bytes.
  const BoundTo again = Bind("house", {"bucket"});
  EXPECT_EQ(again.Score(row, kPatience, &own), PILLION_OK);
  EXPECT_EQ(own.Double("bucket"), 0.0);
  auto queue = *client_->NewQueue();
  EXPECT_EQ(queue.Submit(house, row, kPatience, 1, &strange), PILLION_WRONG_MODEL);
  EXPECT_EQ(queue.Submit(other, row, kPatience, 1, &strange), PILLION_WRONG_MODEL);
}

TEST_P(FaultTest, TheVersionIsThatOfTheContent) {
  const auto version = [&](const std::string& name) {
    const BoundTo model = Bind(name, {"over"});
    Row row = model.NewRow();
    row.Set("number", 2.0);
    return model.Score(row, kPatience)->version();
  };
  EXPECT_EQ(version("house"), version("other")) << "the same bundle";
  EXPECT_NE(version("house"), version("changed"));
  char digits[9];
  std::snprintf(digits, sizeof(digits), "%08x", version("house"));
  EXPECT_THAT(*client_->Ask("models"), HasSubstr("\"content_sha256\":\"" + std::string(digits)));
}

INSTANTIATE_TEST_SUITE_P(Transports, FaultTest, ::testing::Values("shm", "unix", "inproc"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace pillion
