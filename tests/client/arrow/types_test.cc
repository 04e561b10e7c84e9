// What columns of each type may be given as, what comes back, and what is refused: through a model
// that answers its rows.
#include <gmock/gmock.h>

#include <limits>

#include "tests/client/arrow/arrow_array.h"
#include "tests/client/arrow/identity_scorer.h"
#include "tests/client/model_fixture.h"

namespace pillion {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

constexpr std::uint64_t kPatienceNs = 30'000'000'000;

const Schema kColumns = {
    {"fail", DataType::Scalar(BasicType::kLong)},
    {"boolean", DataType::Scalar(BasicType::kBoolean)},
    {"byte", DataType::Scalar(BasicType::kByte)},
    {"short", DataType::Scalar(BasicType::kShort)},
    {"int", DataType::Scalar(BasicType::kInt)},
    {"long", DataType::Scalar(BasicType::kLong)},
    {"float", DataType::Scalar(BasicType::kFloat)},
    {"double", DataType::Scalar(BasicType::kDouble)},
    {"string", DataType::Scalar(BasicType::kString)},
    {"bytes", DataType::Scalar(BasicType::kByteString)},
    {"booleans", DataType::List(BasicType::kBoolean)},
    {"longs", DataType::List(BasicType::kLong)},
    {"strings", DataType::List(BasicType::kString)},
    {"vector", DataType::Vector()},
    {"matrix", DataType::Tensor(BasicType::kFloat)},
    {"texts", DataType::Tensor(BasicType::kString)},
};

class ArrowTypesTest : public ::testing::TestWithParam<const char*> {
 protected:
  ArrowTypesTest()
      : scorer_(kColumns),
        server_(TransportOptions{}, &scorer_),
        client_(*Client::Connect(GetParam() + (":" + server_.path()))),
        model_(*client_.Bind("identity")) {}
  ~ArrowTypesTest() override { EXPECT_EQ(ArrowNode::Released(), 0); }

  // The children given; the other columns are all null.
  ArrowNode& Rows(std::size_t count, const std::vector<ArrowNode*>& children) {
    ArrowNode& rows = nodes_.Struct(count, children);
    for (const Field& column : kColumns) {
      const bool given = std::any_of(children.begin(), children.end(), [&](const ArrowNode* node) {
        return node->schema.name == column.name;
      });
      if (!given) rows.Child(nodes_.New("n", count + 16, column.name));
    }
    return rows;
  }
  pillion_code ScoreRows(const ArrowNode& rows, ArrowAnswer* answer, std::uint32_t flags = 0) {
    error_ = PILLION_ERROR_INIT;
    return pillion_score_arrow(model_.get(), &rows.schema, &rows.array, flags, kPatienceNs,
                               &answer->schema, &answer->array, nullptr, &error_);
  }
  pillion_code Score(std::size_t count, const std::vector<ArrowNode*>& children,
                     ArrowAnswer* answer, std::uint32_t flags = 0) {
    return ScoreRows(Rows(count, children), answer, flags);
  }
  // Why one child is not taken.
  std::string Refusal(ArrowNode& child, std::size_t count = 1) {
    ArrowAnswer answer;
    code_ = Score(count, {&child}, &answer);
    EXPECT_NE(code_, PILLION_OK);
    EXPECT_EQ(answer.array.release, nullptr);
    return error_.text;
  }
  // Offsets and elements; for all kinds of lists.
  template <typename Offset>
  ArrowNode& List(const std::string& name, const std::string& format,
                  const std::vector<Offset>& offsets, ArrowNode& elements) {
    ArrowNode& list = nodes_.New(format, offsets.size() - 1, name).NoBuffer();
    return list.Buffer(offsets).Child(elements);
  }

  IdentityScorer scorer_;
  TestServer server_;
  Client client_;
  BoundTo model_;
  ArrowNodes nodes_;
  pillion_error error_ = PILLION_ERROR_INIT;
  pillion_code code_ = PILLION_OK;
};

TEST_P(ArrowTypesTest, ScalarsComeBackInTheirOwnTypes) {
  ArrowAnswer answer;
  const double tiny = std::numeric_limits<double>::denorm_min();
  ArrowNode& boolean = nodes_.New("b", 3, "boolean").NoBuffer().Bits({true, false, true});
  ASSERT_EQ(Score(3,
                  {&boolean, &nodes_.Numbers<std::int8_t>("byte", "c", {-128, 0, 127}),
                   &nodes_.Numbers<std::int16_t>("short", "s", {-32768, 0, 32767}),
                   &nodes_.Numbers<std::int32_t>("int", "i", {INT32_MIN, 0, INT32_MAX}),
                   &nodes_.Numbers<std::int64_t>("long", "l", {INT64_MIN, 0, INT64_MAX}),
                   &nodes_.Numbers<float>("float", "f", {-0.0F, 0.1F, 3e38F}),
                   &nodes_.Numbers<double>("double", "g", {tiny, 0.1, -1e308}),
                   &nodes_.Texts("string", {"", "Zürich", std::string("a\0b", 3)}),
                   &nodes_.Texts("bytes", {"\xff", "", "x"})},
                  &answer),
            PILLION_OK)
      << error_.text;
  EXPECT_THAT(BooleansOf(answer["boolean"]), ElementsAre(true, false, true));
  EXPECT_THAT(NumbersOf<std::int8_t>(answer["byte"]), ElementsAre(-128, 0, 127));
  EXPECT_THAT(NumbersOf<std::int16_t>(answer["short"]), ElementsAre(-32768, 0, 32767));
  EXPECT_THAT(NumbersOf<std::int32_t>(answer["int"]), ElementsAre(INT32_MIN, 0, INT32_MAX));
  EXPECT_THAT(NumbersOf<std::int64_t>(answer["long"]), ElementsAre(INT64_MIN, 0, INT64_MAX));
  EXPECT_THAT(NumbersOf<float>(answer["float"]), ElementsAre(-0.0F, 0.1F, 3e38F));
  EXPECT_THAT(NumbersOf<double>(answer["double"]), ElementsAre(tiny, 0.1, -1e308));
  EXPECT_THAT(TextsOf(answer["string"]), ElementsAre("", "Zürich", std::string("a\0b", 3)));
  EXPECT_THAT(TextsOf(answer["bytes"]), ElementsAre("\xff", "", "x"));
  std::string formats;
  for (const char* name : {"boolean", "byte", "short", "int", "long", "float", "double", "string",
                           "bytes", "booleans", "longs", "strings", "vector", "matrix", "texts"}) {
    formats += answer.Format(name) + " ";
  }
  EXPECT_EQ(formats, "b c s i l f g u z +lb +ll +lu +lg +lf +lu ");
  EXPECT_EQ(answer.schema.children[1]->flags, ARROW_FLAG_NULLABLE);
}

TEST_P(ArrowTypesTest, NumbersAreCastWhereNothingIsLost) {
  ArrowAnswer answer;
  ASSERT_EQ(Score(2,
                  {&nodes_.Numbers<double>("int", "g", {7, -3}),
                   &nodes_.Numbers<std::uint64_t>("long", "L", {1, INT64_MAX}),
                   // Half floats: 1.5 and the least that is no zero.
                   &nodes_.Numbers<std::uint16_t>("double", "e", {0x3e00, 0x0001}),
                   &nodes_.Numbers<double>("float", "g", {0.1, 1e-300}),
                   &nodes_.Numbers<std::uint8_t>("short", "C", {255, 0})},
                  &answer),
            PILLION_OK)
      << error_.text;
  EXPECT_THAT(NumbersOf<std::int32_t>(answer["int"]), ElementsAre(7, -3));
  EXPECT_THAT(NumbersOf<std::int64_t>(answer["long"]), ElementsAre(1, INT64_MAX));
  EXPECT_THAT(NumbersOf<double>(answer["double"]), ElementsAre(1.5, 0x1p-24));
  EXPECT_THAT(NumbersOf<float>(answer["float"]), ElementsAre(0.1F, 0.0F));
  EXPECT_THAT(NumbersOf<std::int16_t>(answer["short"]), ElementsAre(255, 0));

  EXPECT_THAT(Refusal(nodes_.Numbers<double>("int", "g", {1.5})), HasSubstr("\"int\" (int)"));
  EXPECT_EQ(code_, static_cast<pillion_code>(ScoreCode::kInvalidValue));
  EXPECT_THAT(Refusal(nodes_.Numbers<std::int64_t>("double", "l", {(1LL << 53) + 1})),
              HasSubstr("\"double\""));
  EXPECT_THAT(Refusal(nodes_.Numbers<std::uint8_t>("byte", "C", {128})), HasSubstr("\"byte\""));
}

TEST_P(ArrowTypesTest, NullsOffsetsAndSlices) {
  // Everything is a part of something longer: the struct begins at 2, its children at 1 and 3.
  ArrowNode& number = nodes_.New("g", 7, "double").Offset(1);
  number.Bits({false, true, true, true, false, true, true, true})
      .Buffer<double>({-1, -1, -1, 10, 11, 12, 13, -1});
  ArrowNode& text = nodes_.New("u", 6, "string").Offset(3);
  text.Bits({true, true, true, true, true, true, false, true, true})
      .Buffer<std::int32_t>({0, 1, 2, 3, 4, 5, 6, 7, 9, 11})
      .Text("xxxxxabccdd");
  ArrowNode& truth = nodes_.New("b", 9, "boolean").NoBuffer();
  truth.Bits({true, true, true, false, true, false, true, true, true});
  ArrowNode& rows = nodes_.New("+s", 4).Bits({true, true, true, true, true, false}).Offset(2);
  rows.Child(number).Child(text).Child(truth);
  for (const Field& column : kColumns) {
    if (column.name != "double" && column.name != "string" && column.name != "boolean") {
      rows.Child(nodes_.New("n", 6, column.name));
    }
  }
  ArrowAnswer answer;
  ASSERT_EQ(ScoreRows(rows, &answer), PILLION_OK) << error_.text;
  const auto none = std::nullopt;
  EXPECT_THAT(NumbersOf<double>(answer["double"]), ElementsAre(10, none, 12, none));
  EXPECT_THAT(TextsOf(answer["string"]), ElementsAre("a", none, "cc", none));
  EXPECT_THAT(BooleansOf(answer["boolean"]), ElementsAre(true, false, true, none));
  EXPECT_EQ(answer["double"].null_count, 2);
  EXPECT_EQ(answer["long"].null_count, 4);
}

TEST_P(ArrowTypesTest, TextsOfEveryLayout) {
  const std::string longer = "longer than twelve bytes";
  std::vector<std::uint8_t> views(48);
  const auto put = [&](std::size_t at, std::int32_t value) {
    std::memcpy(&views[at], &value, sizeof value);
  };
  put(0, 5);
  std::memcpy(&views[4], "short", 5);
  put(16, static_cast<std::int32_t>(longer.size()));
  std::memcpy(&views[20], longer.data(), 4);
  put(24, 0);
  put(28, 3);
  const auto view = [&](const std::string& format) -> ArrowNode& {
    return nodes_.New(format, 3, "string")
        .NoBuffer()
        .Buffer(views)
        .Text("xxx" + longer)
        .Buffer<std::int64_t>({static_cast<std::int64_t>(longer.size()) + 3});
  };
  ArrowNode& large = nodes_.New("U", 3, "string").NoBuffer();
  large
      .Buffer<std::int64_t>({0, 5, 5 + static_cast<std::int64_t>(longer.size()),
                             5 + static_cast<std::int64_t>(longer.size())})
      .Text("short" + longer);
  ArrowNode& indices = nodes_.New("c", 3, "string").NoBuffer().Buffer<std::int8_t>({1, 2, 0});
  indices.Dictionary(nodes_.Texts("", {"", "short", longer}));
  for (ArrowNode* column : {&view("vu"), &view("vz"), &large, &indices}) {
    ArrowAnswer answer;
    ASSERT_EQ(Score(3, {column}, &answer), PILLION_OK) << error_.text;
    EXPECT_THAT(TextsOf(answer["string"]), ElementsAre("short", longer, ""));
  }
  ArrowNode& fixed = nodes_.New("w:2", 2, "bytes").NoBuffer().Text("xxabcd").Offset(1);
  ArrowAnswer answer;
  ASSERT_EQ(Score(2, {&fixed}, &answer), PILLION_OK) << error_.text;
  EXPECT_THAT(TextsOf(answer["bytes"]), ElementsAre("ab", "cd"));
}

TEST_P(ArrowTypesTest, DictionariesMayHoldNulls) {
  ArrowNode& values = nodes_.New("l", 3).Bits({true, false, true}).Buffer<std::int64_t>({5, 6, 7});
  ArrowNode& column = nodes_.New("I", 4, "long").Bits({true, true, false, true});
  column.Buffer<std::uint32_t>({2, 1, 0xffffffff, 0}).Dictionary(values);
  ArrowAnswer answer;
  ASSERT_EQ(Score(4, {&column}, &answer), PILLION_OK) << error_.text;
  EXPECT_THAT(NumbersOf<std::int64_t>(answer["long"]),
              ElementsAre(7, std::nullopt, std::nullopt, 5));
}

TEST_P(ArrowTypesTest, ListsOfEveryLayout) {
  const auto numbers = [this]() -> ArrowNode& {
    return nodes_.New("i", 5).NoBuffer().Buffer<std::int32_t>({9, 1, 2, 3, 4}).Offset(0);
  };
  ArrowNode& views = nodes_.New("+vl", 3, "longs").NoBuffer();
  views.Buffer<std::int32_t>({1, 5, 2}).Buffer<std::int32_t>({3, 0, 3}).Child(numbers());
  ArrowNode& large_views = nodes_.New("+vL", 3, "longs").NoBuffer();
  large_views.Buffer<std::int64_t>({1, 0, 2}).Buffer<std::int64_t>({3, 0, 3}).Child(numbers());
  for (ArrowNode* column : {&views, &large_views}) {
    ArrowAnswer answer;
    ASSERT_EQ(Score(3, {column}, &answer), PILLION_OK) << error_.text;
    EXPECT_THAT(ListsOf(answer["longs"], NumbersOf<std::int64_t>),
                ElementsAre(Optional(ElementsAre(1, 2, 3)), Optional(ElementsAre()),
                            Optional(ElementsAre(2, 3, 4))));
  }
  ArrowNode& truths = nodes_.New("b", 3).NoBuffer().Bits({true, false, true});
  ArrowNode& texts = nodes_.Texts("", {"a", "", "ccc"});
  ArrowNode& large = List<std::int64_t>("strings", "+L", {0, 2, 3}, texts);
  ArrowNode& doubles = nodes_.New("g", 5).NoBuffer().Buffer<double>({-1, 1, 2, 3, 4}).Offset(1);
  doubles.array.length = 4;
  ArrowNode& fixed = nodes_.New("+w:2", 2, "vector").NoBuffer().Child(doubles);
  ArrowAnswer answer;
  ASSERT_EQ(
      Score(2, {&large, &fixed, &List<std::int32_t>("booleans", "+l", {0, 1, 3}, truths)}, &answer),
      PILLION_OK)
      << error_.text;
  EXPECT_THAT(ListsOf(answer["strings"], TextsOf),
              ElementsAre(Optional(ElementsAre("a", "")), Optional(ElementsAre("ccc"))));
  EXPECT_THAT(ListsOf(answer["vector"], NumbersOf<double>),
              ElementsAre(Optional(ElementsAre(1, 2)), Optional(ElementsAre(3, 4))));
  EXPECT_THAT(ListsOf(answer["booleans"], BooleansOf),
              ElementsAre(Optional(ElementsAre(true)), Optional(ElementsAre(false, true))));
}

TEST_P(ArrowTypesTest, ListsWithinListsAreTensors) {
  ArrowNode& numbers = nodes_.New("c", 6).NoBuffer().Buffer<std::int8_t>({1, 2, 3, 4, 5, 6});
  ArrowNode& matrix = List<std::int32_t>("matrix", "+l", {0, 2, 2},
                                         List<std::int32_t>("", "+l", {0, 3, 6}, numbers));
  ArrowNode& words = nodes_.Texts("", {"a", "b", "c", "d"});
  ArrowNode& texts = nodes_.New("+w:1", 2, "texts")
                         .NoBuffer()
                         .Child(nodes_.New("+w:2", 2).NoBuffer().Child(words));
  ArrowAnswer answer;
  ASSERT_EQ(Score(2, {&matrix, &texts}, &answer), PILLION_OK) << error_.text;
  EXPECT_THAT(ListsOf(answer["matrix"], NumbersOf<float>),
              ElementsAre(Optional(ElementsAre(1, 2, 3, 4, 5, 6)), Optional(ElementsAre())));
  EXPECT_THAT(ListsOf(answer["texts"], TextsOf),
              ElementsAre(Optional(ElementsAre("a", "b")), Optional(ElementsAre("c", "d"))));

  ArrowNode& ragged =
      List<std::int32_t>("matrix", "+l", {0, 2}, List<std::int32_t>("", "+l", {0, 3, 5}, numbers));
  EXPECT_THAT(Refusal(ragged), HasSubstr("\"matrix\""));
  EXPECT_EQ(code_, static_cast<pillion_code>(ScoreCode::kBadShape));
}

TEST_P(ArrowTypesTest, NullsWithinListsAreTheRowsFault) {
  ArrowNode& numbers = nodes_.New("g", 4).Bits({true, false, true, true});
  numbers.Buffer<double>({1, 2, 3, 4});
  ArrowNode& list = List<std::int32_t>("vector", "+l", {0, 2, 4}, numbers);
  ArrowAnswer answer;
  ASSERT_EQ(Score(2, {&list}, &answer, PILLION_ARROW_CODES), PILLION_OK) << error_.text;
  EXPECT_THAT(NumbersOf<std::uint8_t>(answer["pillion_code"]), ElementsAre(16, 0));
  EXPECT_THAT(ListsOf(answer["vector"], NumbersOf<double>),
              ElementsAre(std::nullopt, Optional(ElementsAre(3, 4))));
  EXPECT_THAT(Refusal(list, 2), HasSubstr("\"vector\""));
}

TEST_P(ArrowTypesTest, RowsFailOneByOneOrAll) {
  ArrowNode& fail = nodes_.Numbers<std::int64_t>("fail", "l", {0, 1, 17, 0});
  ArrowNode& value = nodes_.Numbers<double>("double", "g", {1, 2, 3, 4});
  ArrowAnswer answer;
  ASSERT_EQ(Score(4, {&fail, &value}, &answer, PILLION_ARROW_CODES), PILLION_OK) << error_.text;
  EXPECT_THAT(NumbersOf<std::uint8_t>(answer["pillion_code"]), ElementsAre(0, 1, 17, 0));
  EXPECT_THAT(NumbersOf<double>(answer["double"]), ElementsAre(1, std::nullopt, std::nullopt, 4));
  // What no row is to blame for ends the call.
  ArrowAnswer none;
  ArrowNode& memory = nodes_.Numbers<std::int64_t>("fail", "l", {0, 17, 85});
  EXPECT_EQ(Score(3, {&memory}, &none, PILLION_ARROW_CODES), 85);
  EXPECT_EQ(error_.row, 2u);
  EXPECT_EQ(Score(3, {&memory}, &none), 17);
  EXPECT_EQ(error_.row, 1u);
}

// Beyond what slots and single messages hold, in one call with short ones.
TEST_P(ArrowTypesTest, LongRowsFindTheirWay) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 300; ++i) texts.emplace_back(i % 50 == 7 ? 300'000 + i : i, 'x');
  ArrowAnswer answer;
  ASSERT_EQ(Score(300, {&nodes_.Texts("string", texts)}, &answer), PILLION_OK) << error_.text;
  const auto got = TextsOf(answer["string"]);
  ASSERT_EQ(got.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_TRUE(got[i] == texts[i]) << i;
}

TEST_P(ArrowTypesTest, OtherTypesAreRefusedByName) {
  EXPECT_EQ(Refusal(nodes_.Texts("double", {"1"})),
            "column \"double\" (double) is given as utf8 (\"u\"), and has to be an integer or a "
            "float: cast it");
  EXPECT_EQ(error_.code, static_cast<pillion_code>(ScoreCode::kWrongType));
  EXPECT_STREQ(error_.column_name, "double");
  EXPECT_EQ(error_.column, 7);
  EXPECT_THAT(Refusal(nodes_.Numbers<std::int64_t>("string", "tsu:UTC", {1})),
              AllOf(HasSubstr("timestamp (\"tsu:UTC\")"), HasSubstr("utf8 or binary")));
  EXPECT_THAT(Refusal(nodes_.Numbers<double>("vector", "g", {1})),
              HasSubstr("has to be lists of integers or floats"));
  EXPECT_THAT(Refusal(nodes_.Numbers<double>("boolean", "g", {1})), HasSubstr("has to be bool"));
  ArrowNode& texts = nodes_.Texts("", {"a"});
  EXPECT_THAT(Refusal(List<std::int32_t>("vector", "+l", {0, 1}, texts)),
              HasSubstr("list (\"+l\") of utf8 (\"u\")"));
  ArrowNode& ones = nodes_.Numbers<std::int64_t>("", "l", {1});
  EXPECT_THAT(Refusal(List<std::int32_t>("longs", "+l", {0, 1},
                                         List<std::int32_t>("", "+l", {0, 1}, ones))),
              HasSubstr("lists of integers"));
  // Of nulls alone any type will do.
  ArrowNode& empty = nodes_.New("tsu:", 2, "double").Bits({false, false});
  empty.Buffer<std::int64_t>({1, 2}).array.null_count = 2;
  ArrowAnswer answer;
  EXPECT_EQ(Score(2, {&empty}, &answer), PILLION_OK) << error_.text;

  ArrowAnswer none;
  EXPECT_EQ(ScoreRows(nodes_.Numbers<double>("double", "g", {1}), &none),
            static_cast<pillion_code>(ScoreCode::kWrongType));
  EXPECT_THAT(error_.text, HasSubstr("float64 (\"g\"), and have to be a struct"));
}

TEST_P(ArrowTypesTest, ArraysThatContradictThemselvesAreRefused) {
  const auto broken = [this](ArrowNode& node, const char* why, std::size_t count = 1) {
    EXPECT_THAT(Refusal(node, count), HasSubstr(why));
    EXPECT_EQ(code_, PILLION_MALFORMED) << why;
  };
  const auto number = [this]() -> ArrowNode& { return nodes_.Numbers<double>("double", "g", {1}); };
  const auto bend = [&](auto change) -> ArrowNode& {
    ArrowNode& node = number();
    change(node);
    return node;
  };
  broken(number(), "it has 1 elements and needs 2", 2);
  broken(bend([](ArrowNode& node) { node.array.length = -1; }), "length -1");
  broken(bend([](ArrowNode& node) { node.array.offset = -5; }), "offset -5");
  broken(bend([](ArrowNode& node) { node.array.offset = INT64_MAX; }),
         "offset 9223372036854775807");
  broken(bend([](ArrowNode& node) { node.array.n_buffers = 1; }), "1 buffers and needs 2");
  broken(bend([](ArrowNode& node) { node.array.buffers = nullptr; }), "no buffers");
  broken(bend([](ArrowNode& node) { node.array.buffers[1] = nullptr; }), "second buffer");
  broken(bend([](ArrowNode& node) {
           node.array.length = 2;  // so that not all are null
           node.array.null_count = 1;
         }),
         "counts 1 nulls and has no bitmap");
  broken(bend([](ArrowNode& node) { node.schema.format = nullptr; }), "no format");
  broken(bend([](ArrowNode& node) { node.array.release = nullptr; }), "released");
  broken(bend([&](ArrowNode& node) { node.schema.dictionary = &number().schema; }),
         "do not agree on whether it has a dictionary");
  broken(bend([&](ArrowNode& node) { node.Dictionary(number()); }), "no integers");

  ArrowNode& twice = nodes_.Numbers<std::int8_t>("", "c", {0}).Dictionary(number());
  broken(nodes_.Numbers<std::int8_t>("double", "c", {0}).Dictionary(twice),
         "dictionary has a dictionary");
  for (const std::int8_t index : {-1, 1}) {
    ArrowNode& beyond = nodes_.Numbers<std::int8_t>("double", "c", {index}).Dictionary(number());
    broken(beyond, "\"double\"");
  }
  const auto text = [this](const std::vector<std::int32_t>& offsets) -> ArrowNode& {
    return nodes_.New("u", offsets.size() - 1, "string").NoBuffer().Buffer(offsets).Text("abcd");
  };
  broken(text({0, -1}), "last offset is -1");
  broken(text({3, 1}), "\"string\"");
  broken(text({0, 50, 2}), "\"string\"", 2);
  broken(text({-2, 1}), "\"string\"");
  ArrowNode& absent = nodes_.New("u", 1, "string").NoBuffer();
  broken(absent.Buffer<std::int32_t>({0, 4}).Buffer(std::vector<char>(), true), "\"string\"");

  const auto list = [&](const std::vector<std::int32_t>& offsets) -> ArrowNode& {
    return List<std::int32_t>("longs", "+l", offsets, nodes_.Numbers<std::int64_t>("", "l", {1}));
  };
  broken(list({0, 2}), "last offset is 2, and it has 1 elements");
  broken(nodes_.New("+l", 1, "longs").NoBuffer().Buffer<std::int32_t>({0, 0}),
         "0 children, its schema 0, and a list has one");
  ArrowNode& wide = nodes_.New("+w:2147483647", 1, "longs").NoBuffer();
  broken(wide.Child(nodes_.Numbers<std::int64_t>("", "l", {1})), "its elements: it has 1 elements");
  for (const std::int32_t size : {-1, 2}) {
    ArrowNode& views = nodes_.New("+vl", 1, "longs").NoBuffer().Buffer<std::int32_t>({0});
    views.Buffer<std::int32_t>({size}).Child(nodes_.Numbers<std::int64_t>("", "l", {1}));
    broken(views, "\"longs\"");
  }
  ArrowNode* deep = &nodes_.Numbers<double>("", "g", {1});
  for (int i = 0; i < 100; ++i) deep = &List<std::int32_t>("vector", "+l", {0, 1}, *deep);
  broken(*deep, "nested more than");
}

TEST_P(ArrowTypesTest, StructsThatContradictThemselvesAreRefused) {
  const auto broken = [this](auto change, const char* why) {
    ArrowNode& rows = Rows(1, {&nodes_.Numbers<double>("double", "g", {1})});
    change(rows);
    ArrowAnswer none;
    EXPECT_EQ(ScoreRows(rows, &none), PILLION_MALFORMED);
    EXPECT_THAT(error_.text, AllOf(HasSubstr("the rows: "), HasSubstr(why)));
  };
  broken([](ArrowNode& rows) { --rows.array.n_children; }, "the array 15");
  broken([](ArrowNode& rows) { rows.schema.n_children = -1; }, "-1 children");
  broken([](ArrowNode& rows) { rows.array.children = nullptr; }, "the children are missing");
  broken([](ArrowNode& rows) { rows.array.children[3] = nullptr; }, "child 3 is missing");
  broken([](ArrowNode& rows) { rows.array.n_buffers = 0; }, "0 buffers and needs 1");
  broken([](ArrowNode& rows) { rows.schema.release = nullptr; }, "released");
  ArrowNode& many = nodes_.Struct(1, {}).Offset(0);
  many.array.length = 1LL << 31;
  ArrowAnswer none;
  EXPECT_EQ(ScoreRows(many, &none), static_cast<pillion_code>(ScoreCode::kTooLarge));
  EXPECT_THAT(error_.text, HasSubstr("2147483648 rows"));
}

// A server that answers what is no answer.
TEST_P(ArrowTypesTest, WhatAHostileServerAnswersIsNoAnswer) {
  TestServer server;
  const Client client = *Client::Connect(GetParam() + (":" + server.path()));
  const ArrowNode& rows = nodes_.Struct(2, {&nodes_.Numbers<double>("a", "g", {1, 2})});
  for (const char* name : {"echo", "null"}) {
    const BoundTo model = *client.Bind(name, {{"a"}});
    ArrowAnswer answer;
    EXPECT_EQ(pillion_score_arrow(model.get(), &rows.schema, &rows.array, PILLION_ARROW_CODES,
                                  kPatienceNs, &answer.schema, &answer.array, nullptr, &error_),
              PILLION_MALFORMED);
    EXPECT_THAT(error_.text, HasSubstr("none to the batch"));
    EXPECT_EQ(answer.array.release, nullptr);
  }
}

INSTANTIATE_TEST_SUITE_P(Transports, ArrowTypesTest, ::testing::Values("shm", "unix"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace pillion
