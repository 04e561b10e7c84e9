// Columns of Arrow against a real model: the answers, codes and faults are those of the same rows
// one by one, over each transport.
#include <gmock/gmock.h>

#include <bit>
#include <thread>

#include "client/pillion_arrow.h"
#include "tests/client/arrow/arrow_array.h"
#include "tests/client/model_fixture.h"

namespace pillion {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::uint64_t kPatienceNs = 30'000'000'000;

class ArrowScoreTest : public ModelFixture {
 protected:
  ~ArrowScoreTest() override { EXPECT_EQ(ArrowNode::Released(), 0) << "inputs stay the caller's"; }

  static pillion_code Score(const BoundTo& model, const ArrowNode& rows, ArrowAnswer* answer,
                            std::uint32_t flags = 0) {
    error_ = PILLION_ERROR_INIT;
    return pillion_score_arrow(model.get(), &rows.schema, &rows.array, flags, kPatienceNs,
                               &answer->schema, &answer->array, &version_, &error_);
  }
  // A few thousand rows; every seventh fails, and each for another reason.
  ArrowNode& Rows(std::size_t count, bool all_good) {
    std::vector<double> numbers;
    std::vector<std::string> cities;
    std::vector<bool> known;
    for (std::size_t i = 0; i < count; ++i) {
      const bool bad = !all_good && i % 7 == 3;
      numbers.push_back(bad && i % 3 == 0 ? 0.5 : 1.5 + static_cast<double>(i % 11));
      cities.push_back(bad && i % 3 == 1 ? "Paris" : i % 2 == 0 ? "Bern" : "Basel");
      known.push_back(!bad || i % 3 != 2);
    }
    ArrowNode& number = nodes_.New("g", count, "number").Bits(known).Buffer(numbers);
    return nodes_.Struct(count, {&nodes_.Texts("city", cities), &number});
  }
  // The same rows one by one.
  static void ExpectAsOneByOne(const BoundTo& model, const ArrowNode& rows, const ArrowAnswer& got);

  ArrowNodes nodes_;
  static inline pillion_error error_;
  static inline std::uint32_t version_ = 0;
};

void ArrowScoreTest::ExpectAsOneByOne(const BoundTo& model, const ArrowNode& rows,
                                      const ArrowAnswer& got) {
  const ArrowArray& number = *rows.array.children[1];
  const auto numbers = NumbersOf<double>(number);
  const auto cities = TextsOf(*rows.array.children[0]);
  const auto index = NumbersOf<double>(got["city_index"]);
  const auto over = NumbersOf<double>(got["over"]);
  const auto codes = NumbersOf<std::uint8_t>(got["pillion_code"]);
  ASSERT_EQ(got.array.length, rows.array.length);
  ASSERT_EQ(codes.size(), numbers.size());
  std::size_t failed = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Row row = model.NewRow();
    row.Set("city", *cities[i]);
    if (numbers[i]) row.Set("number", *numbers[i]);
    const auto answer = model.Score(row, kPatience);
    const pillion_code code = answer ? pillion_code{PILLION_OK} : answer.error().code;
    ASSERT_EQ(*codes[i], code) << "row " << i;
    failed += code == PILLION_OK ? 0 : 1;
    ASSERT_EQ(index[i].has_value(), code == PILLION_OK);
    if (!answer) continue;
    for (const auto& [name, column] : {std::pair("city_index", &index), {"over", &over}}) {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(*(*column)[i]),
                std::bit_cast<std::uint64_t>(*answer->Double(name)));
    }
  }
  EXPECT_GT(failed, numbers.size() / 8) << "this would test little";
}

TEST_P(ArrowScoreTest, AnswersAsRowsOneByOneDo) {
  const BoundTo model = Bind("house");
  const ArrowNode& rows = Rows(3000, false);
  ArrowAnswer answer;
  ASSERT_EQ(Score(model, rows, &answer, PILLION_ARROW_CODES), PILLION_OK) << error_.text;
  EXPECT_EQ(answer.Format("over"), "g");
  EXPECT_EQ(answer.Format("pillion_code"), "C");
  ExpectAsOneByOne(model, rows, answer);
  EXPECT_EQ(answer["over"].null_count, answer["city_index"].null_count);
}

TEST_P(ArrowScoreTest, TravelsInBatches) {
  const BoundTo model = Bind("house");
  ArrowAnswer answer;
  ASSERT_EQ(Score(model, Rows(5000, true), &answer), PILLION_OK) << error_.text;
  EXPECT_EQ(answer.array.length, 5000);
  EXPECT_EQ(answer.Find("pillion_code"), std::nullopt);
  const pillion_stats stats = client_->stats();
  const std::uint64_t calls = stats.ring_calls + stats.socket_calls + stats.inproc_calls;
  EXPECT_GT(calls, 0u);
  EXPECT_LT(calls, 1500u);
  const auto one = model.Score(RowOf(model, 2, "Bern"), kPatience);
  EXPECT_EQ(version_, one->version());
}

TEST_P(ArrowScoreTest, FewRowsGoOverTheRingAndManyOverTheSocket) {
  if (std::string(GetParam()) != "shm") return;
  const BoundTo model = Bind("house", {"city_index"});
  for (const std::size_t count : {1, 3, 40}) {
    ArrowAnswer answer;
    ASSERT_EQ(Score(model, Rows(count, true), &answer), PILLION_OK) << error_.text;
    const auto cities = NumbersOf<double>(answer["city_index"]);
    ASSERT_EQ(cities.size(), count);
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(cities[i], i % 2);
  }
  const std::uint64_t few = client_->stats().ring_calls;
  EXPECT_GT(few, 4u) << "forty rows take some slots";
  EXPECT_EQ(client_->stats().socket_calls, 0u);
  ArrowAnswer answer;
  ASSERT_EQ(Score(model, Rows(5000, true), &answer), PILLION_OK) << error_.text;
  EXPECT_EQ(client_->stats().ring_calls, few);
  EXPECT_EQ(client_->stats().socket_calls, 5u);
}

TEST_P(ArrowScoreTest, TheFirstRowWithoutAnAnswerFailsTheCall) {
  const BoundTo model = Bind("house");
  std::vector<double> numbers(2000, 2);
  std::vector<std::string> cities(2000, "Bern");
  cities[1234] = "Paris";
  cities[1500] = "Bern\xff";
  ArrowNode& city = nodes_.Texts("city", cities);
  ArrowAnswer answer;
  ASSERT_EQ(
      Score(model, nodes_.Struct(2000, {&nodes_.Numbers("number", "g", numbers), &city}), &answer),
      static_cast<pillion_code>(ScoreCode::kUnseenLabel));
  EXPECT_EQ(error_.row, 1234u);
  EXPECT_EQ(error_.column, static_cast<int>(*model.Input("city")));
  EXPECT_STREQ(error_.stage, "string_indexer n");
  EXPECT_EQ(answer.array.release, nullptr);
  EXPECT_EQ(answer.schema.release, nullptr);
}

// 2^63 is no double that a column of integers holds; here it is this library that refuses the row,
// before it is sent and after the one that the server will refuse.
TEST_P(ArrowScoreTest, ARowThatIsNotSentComesAfterThoseBeforeIt) {
  const BoundTo model = Bind("house");
  ArrowNode& number = nodes_.Numbers<std::uint64_t>("number", "L", {2, 0, 1ULL << 63, 3});
  ArrowNode& city = nodes_.Texts("city", {"Bern", "Bern", "Bern", "Bern"});
  const ArrowNode& rows = nodes_.Struct(4, {&number, &city});
  ArrowAnswer none;
  EXPECT_NE(Score(model, rows, &none), PILLION_OK);
  EXPECT_EQ(error_.row, 1u) << error_.text;
  ArrowAnswer answer;
  ASSERT_EQ(Score(model, rows, &answer, PILLION_ARROW_CODES), PILLION_OK) << error_.text;
  const auto codes = NumbersOf<std::uint8_t>(answer["pillion_code"]);
  EXPECT_EQ(codes[0], 0);
  EXPECT_NE(codes[1], 0);
  EXPECT_EQ(codes[2], static_cast<std::uint8_t>(ScoreCode::kInvalidValue));
  EXPECT_EQ(codes[3], 0);
}

TEST_P(ArrowScoreTest, ARowThatNoMessageTakesNamesItsLongestColumn) {
  const BoundTo model = Bind("house");
  ArrowNode& number = nodes_.Numbers<double>("number", "g", {2, 2, 2});
  ArrowNode& city = nodes_.Texts("city", {"Bern", std::string(5'000'000, 'x'), "Basel"});
  const ArrowNode& rows = nodes_.Struct(3, {&number, &city});
  ArrowAnswer none;
  const pillion_code code = Score(model, rows, &none);
  EXPECT_EQ(error_.row, 1u);
  EXPECT_STREQ(error_.column_name, "city");
  if (std::string(GetParam()) == "inproc") return;  // there are no messages
  EXPECT_EQ(code, static_cast<pillion_code>(ScoreCode::kTooLarge));
  EXPECT_THAT(error_.text, HasSubstr("5000"));
  ArrowAnswer answer;
  ASSERT_EQ(Score(model, rows, &answer, PILLION_ARROW_CODES), PILLION_OK) << error_.text;
  EXPECT_THAT(NumbersOf<std::uint8_t>(answer["pillion_code"]), ::testing::ElementsAre(0, code, 0));
}

TEST_P(ArrowScoreTest, NoRowsHaveNoAnswers) {
  const BoundTo model = Bind("house");
  const ArrowNode& rows =
      nodes_.Struct(0, {&nodes_.Numbers<double>("number", "g", {}), &nodes_.Texts("city", {})});
  ArrowAnswer answer;
  ASSERT_EQ(Score(model, rows, &answer), PILLION_OK) << error_.text;
  EXPECT_EQ(answer.array.length, 0);
  EXPECT_EQ(answer.array.n_children, 3);
  EXPECT_EQ(version_, 0u);
}

TEST_P(ArrowScoreTest, ATimeoutEndsTheCall) {
  const BoundTo model = Bind("house");
  const ArrowNode& rows = Rows(100, true);
  ArrowAnswer answer;
  error_ = PILLION_ERROR_INIT;
  EXPECT_EQ(pillion_score_arrow(model.get(), &rows.schema, &rows.array, PILLION_ARROW_CODES, 0,
                                nullptr, &answer.array, nullptr, &error_),
            PILLION_DEADLINE);
  EXPECT_EQ(answer.array.release, nullptr);
}

TEST_P(ArrowScoreTest, ColumnsAreMatchedByName) {
  const BoundTo model = Bind("house");
  ArrowNode& number = nodes_.Numbers<double>("number", "g", {2});
  ArrowNode& city = nodes_.Texts("city", {"Basel"});
  ArrowNode& other = nodes_.New("+s", 1, "other");  // broken, and nobody's business
  ArrowAnswer answer;
  ASSERT_EQ(Score(model, nodes_.Struct(1, {&other, &city, &number}), &answer), PILLION_OK)
      << error_.text;
  EXPECT_EQ(NumbersOf<double>(answer["city_index"])[0], 1);

  ArrowAnswer none;
  ArrowNode& misspelt = nodes_.Texts("City", {"Basel"});
  EXPECT_EQ(Score(model, nodes_.Struct(1, {&misspelt, &number}), &none), PILLION_UNKNOWN_COLUMN);
  EXPECT_THAT(error_.text, AllOf(HasSubstr("column \"city\" (string) is missing"),
                                 HasSubstr("did you mean 'City'?")));
  EXPECT_EQ(Score(model, nodes_.Struct(1, {&city, &number, &city}), &none), PILLION_UNKNOWN_COLUMN);
  EXPECT_THAT(error_.text, HasSubstr("\"city\" (string) is given twice"));
}

TEST_P(ArrowScoreTest, FlagsThatItDoesNotKnowAreRefused) {
  const BoundTo model = Bind("house");
  ArrowAnswer answer;
  EXPECT_EQ(Score(model, Rows(1, true), &answer, 6), PILLION_UNSUPPORTED);
  EXPECT_THAT(error_.text, HasSubstr("not 6"));
}

TEST_P(ArrowScoreTest, ThreadsShareAModel) {
  const BoundTo model = Bind("house");
  const ArrowNode& rows = Rows(500, false);
  std::vector<ArrowAnswer> answers(4);
  std::vector<pillion_code> codes(4, PILLION_INTERNAL);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    threads.emplace_back([&, i] {
      codes[i] =
          pillion_score_arrow(model.get(), &rows.schema, &rows.array, PILLION_ARROW_CODES,
                              kPatienceNs, &answers[i].schema, &answers[i].array, nullptr, nullptr);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_EQ(codes[i], PILLION_OK);
    ExpectAsOneByOne(model, rows, answers[i]);
  }
}

// Answers are the caller's: they outlive all, and their parts go one by one.
TEST_P(ArrowScoreTest, AnswersOutliveTheClient) {
  ArrowAnswer answer;
  ASSERT_EQ(Score(Bind("house"), Rows(10, true), &answer), PILLION_OK) << error_.text;
  client_.reset();
  server_.reset();
  ArrowArray* const child = answer.array.children[*answer.Find("city_index")];
  ArrowArray moved = *child;
  child->release = nullptr;  // as a consumer moves a child away
  answer.array.release(&answer.array);
  EXPECT_EQ(answer.array.release, nullptr);
  EXPECT_EQ(NumbersOf<double>(moved)[3], 1);
  moved.release(&moved);
}

INSTANTIATE_TEST_SUITE_P(Transports, ArrowScoreTest, ::testing::Values("shm", "unix", "inproc"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace pillion
