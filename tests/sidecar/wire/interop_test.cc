// Our bytes against the FlatBuffers library's own: for random models, the library parses the
// schema text that we print, verifies the rows that we build, prints them and builds them anew.
// Its rows must decode to the same values, and so must the rows of code that flatc generates.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>

#include "flatbuffers/idl.h"
#include "flatbuffers/reflection.h"
#include "schemas/rows/answer_decoder.h"
#include "schemas/rows/batch_encoder.h"
#include "sidecar/commands/fbs_text.h"
#include "sidecar/wire/answer_encoder.h"
#include "sidecar/wire/row_decoder.h"
#include "tests/sidecar/wire/house_generated.h"
#include "tests/sidecar/wire/house_in_parts_generated.h"
#include "tests/support/paths.h"
#include "tests/support/wire_rows.h"

namespace pillion {
namespace {

std::shared_ptr<const RowLayout> Layout(Schema columns) {
  return std::make_shared<const RowLayout>(*RowLayout::Make(std::move(columns)));
}

std::string Decode(const RowLayout& layout, RequestKind kind, std::span<const std::byte> bytes) {
  RowDecoder decoder(layout);
  const ScoreCode code = decoder.Open(kind, bytes);
  if (code != ScoreCode::kOk) return std::string(Name(code));
  std::string text;
  std::vector<Value> row(layout.size());
  for (std::uint32_t i = 0; i < decoder.row_count(); ++i) {
    Arena arena(1 << 20);
    const ScoreCode row_code = decoder.Decode(i, row.data(), arena);
    text += row_code == ScoreCode::kOk
                ? Print(layout.columns(), row)
                : fmt::format("{} at {}", Name(row_code), decoder.failed_column());
  }
  return text;
}

std::span<const std::byte> Bytes(const flatbuffers::FlatBufferBuilder& builder) {
  return std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()));
}

// The library's view of a model.
class Library {
 public:
  Library(const Schema& inputs, const Schema& outputs, const TableLimits& limits = {})
      : parser_(Options()) {
    text_ = ToFbs(inputs, outputs, "a model", limits);
    EXPECT_TRUE(parser_.Parse(text_.c_str())) << parser_.error_ << "\n" << text_;
    parser_.Serialize();
    binary_.assign(parser_.builder_.GetBufferPointer(),
                   parser_.builder_.GetBufferPointer() + parser_.builder_.GetSize());
  }

  bool Verify(const char* table, std::span<const std::byte> bytes) {
    const reflection::Schema& schema = *reflection::GetSchema(binary_.data());
    const std::string name = std::string("pillion.a_model.") + table;
    for (const reflection::Object* object : *schema.objects()) {
      if (object->name()->string_view() != name) continue;
      return flatbuffers::Verify(schema, *object,
                                 reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    }
    return false;
  }

  std::string ToJson(const char* table, std::span<const std::byte> bytes) {
    std::string json;
    EXPECT_TRUE(parser_.SetRootType((std::string("pillion.a_model.") + table).c_str()));
    EXPECT_TRUE(flatbuffers::GenerateText(parser_, bytes.data(), &json));
    return json;
  }

  std::span<const std::byte> FromJson(const std::string& json) {
    EXPECT_TRUE(parser_.Parse(json.c_str())) << parser_.error_ << "\n" << json;
    return Bytes(parser_.builder_);
  }

 private:
  static flatbuffers::IDLOptions Options() {
    flatbuffers::IDLOptions options;
    options.strict_json = true;
    return options;
  }

  flatbuffers::Parser parser_;
  std::string text_;
  std::vector<std::uint8_t> binary_;
};

void ExpectTheSameRows(const std::shared_ptr<const RowLayout>& layout, Library& library,
                       RandomRows& random) {
  RowEncoder encoder(layout);
  BatchEncoder batch;
  for (int n = 0; n < 3; ++n) {
    const std::vector<Value> row = random.Row(layout->columns());
    encoder.Clear();
    ASSERT_EQ(SetRow(encoder, row), ScoreCode::kOk);
    ASSERT_EQ(batch.Add(encoder), ScoreCode::kOk);
    ASSERT_TRUE(library.Verify("Row", encoder.bytes()));
    const auto rebuilt = library.FromJson(library.ToJson("Row", encoder.bytes()));
    ASSERT_EQ(Decode(*layout, RequestKind::kRow, rebuilt), Print(layout->columns(), row));
  }
  const auto rows = batch.Finish();
  ASSERT_TRUE(library.Verify("Rows", rows));
  const std::string expected = Decode(*layout, RequestKind::kBatch, rows);
  const auto rebuilt = library.FromJson(library.ToJson("Rows", rows));
  ASSERT_EQ(Decode(*layout, RequestKind::kBatch, rebuilt), expected);
}

TEST(Interop, TheLibraryReadsOurRowsAndWeReadIts) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    RandomRows random(seed);
    const Schema columns = random.Columns(8);
    Library whole(columns, {});
    ExpectTheSameRows(LayoutsOf(columns)[0], whole, random);
    Library parts(columns, {}, kShortParts);
    ExpectTheSameRows(LayoutsOf(columns)[1], parts, random);
  }
}

void ExpectTheSameAnswers(const std::shared_ptr<const RowLayout>& layout, Library& library,
                          RandomRows& random) {
  const std::vector<Value> row = random.Row(layout->columns());
  const auto output = [&row](std::uint32_t i) -> const Value& { return row[i]; };
  std::vector<std::uint64_t> words(4096);
  const auto room = std::as_writable_bytes(std::span(words));

  AnswerEncoder encoder(*layout);
  ASSERT_TRUE(encoder.BeginRow(room) && encoder.Add(output));
  const auto answer = room.first(encoder.bytes());
  ASSERT_TRUE(library.Verify("Answer", answer));
  // Rows and answers are one format, so our decoder can say what the library built.
  const auto rebuilt = library.FromJson(library.ToJson("Answer", answer));
  ASSERT_EQ(Decode(*layout, RequestKind::kRow, rebuilt), Print(layout->columns(), row));

  ASSERT_TRUE(encoder.BeginBatch(room, 3) && encoder.Add(output) &&
              encoder.AddFailure(ScoreCode::kNullValue, {{0, 2}, "imputer", "fill", ""}) &&
              encoder.Add(output));
  const auto answers = room.first(encoder.bytes());
  ASSERT_TRUE(library.Verify("Answers", answers));
  const std::string json = library.ToJson("Answers", answers);
  EXPECT_NE(json.find("16"), std::string::npos) << json;
  EXPECT_NE(json.find("imputer"), std::string::npos) << json;
}

TEST(Interop, TheLibraryReadsOurAnswers) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    RandomRows random(seed);
    const Schema columns = random.Columns(8);
    Library whole({}, columns);
    ExpectTheSameAnswers(LayoutsOf(columns)[0], whole, random);
    Library parts({}, columns, kShortParts);
    ExpectTheSameAnswers(LayoutsOf(columns)[1], parts, random);
  }
}

// More than a table holds, by the limits that both ends agree on.
TEST(Interop, TheLibraryReadsTenThousandColumns) {
  Schema columns;
  for (int i = 0; i < 10000; ++i) {
    columns.push_back({"part" + std::to_string(i), DataType::Scalar(BasicType::kDouble)});
  }
  RandomRows random(1);
  Library library(columns, {});
  ExpectTheSameRows(Layout(columns), library, random);
}

// Whatever a column is called.
TEST(Interop, AnyColumnNameGivesAValidSchema) {
  RandomRows random(1);
  for (int n = 0; n < 300; ++n) {
    Schema columns;
    for (int i = 0; i < 6; ++i) {
      std::string name;
      for (std::uint32_t c = random.Below(5); c > 0; --c) {
        constexpr std::string_view kBytes = "aA_b1 \"\\\n:";
        name += random.Below(4) == 0 ? static_cast<char>(random.Below(256))
                                     : kBytes[random.Below(kBytes.size())];
      }
      columns.push_back({name, random.Type()});
    }
    Library library(columns, columns);
  }
}

Schema HouseInputs() {
  return {{"bedrooms", DataType::Scalar(BasicType::kDouble)},
          {"zip code", DataType::Scalar(BasicType::kString)},
          {"select", DataType::Scalar(BasicType::kBoolean)},
          {"Größe", DataType::Scalar(BasicType::kInt, false)},
          {"demo:a", DataType::List(BasicType::kString)},
          {"demo a", DataType::List(BasicType::kLong)},
          {"features", DataType::Vector(3)},
          {"image", DataType::Tensor(BasicType::kFloat)},
          {"weights", DataType::Map(BasicType::kString, BasicType::kDouble)},
          {"raw", DataType::Scalar(BasicType::kByteString)},
          {"raws", DataType::List(BasicType::kByteString)}};
}

Schema HouseOutputs() {
  return {{"prediction", DataType::Scalar(BasicType::kDouble)},
          {"probability", DataType::Vector(2)},
          {"label", DataType::Scalar(BasicType::kString)}};
}

std::string CheckedIn(const std::string& name) {
  std::ifstream file(SourceDir() + "/tests/sidecar/wire/" + name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(Interop, TheCheckedInSchemasAreWhatWePrint) {
  EXPECT_EQ(ToFbs(HouseInputs(), HouseOutputs(), "house"), CheckedIn("house.fbs"));
  EXPECT_EQ(ToFbs(HouseInputs(), HouseOutputs(), "house in parts", kShortParts),
            CheckedIn("house_in_parts.fbs"));
}

TEST(Interop, RowsOfGeneratedCodeDecodeLikeOurs) {
  flatbuffers::FlatBufferBuilder generated;
  {
    const auto zip = generated.CreateString("98103");
    const auto names = generated.CreateVectorOfStrings({"a", "", "Zürich"});
    const auto numbers = generated.CreateVector<std::int64_t>({1, -2});
    const std::vector<double> sizes = {0.5, 1.5, 2.5};
    const auto features = house::CreateDoubleTensorDirect(generated, &sizes);
    const std::vector<float> pixels = {1, 2};
    const std::vector<std::int32_t> indices = {0, 1, 1, 0};
    const std::vector<std::int32_t> dimensions = {2, 2};
    const auto image = house::CreateFloatTensorDirect(generated, &pixels, &indices, &dimensions);
    const auto weights =
        generated.CreateVector({house::CreateStringToDoubleDirect(generated, "w", 0.0),
                                house::CreateStringToDoubleDirect(generated, "v", 2.0)});
    const auto raw = generated.CreateVector<std::uint8_t>({0, 255});
    const auto raws = generated.CreateVector({house::CreateBytes(generated, raw)});
    house::RowBuilder row(generated);
    row.add_bedrooms(3);
    row.add_zip_code(zip);
    row.add_select_column(false);
    row.add_Gr_e(-7);
    row.add_demo_a(names);
    row.add_demo_a_2(numbers);
    row.add_features(features);
    row.add_image(image);
    row.add_weights(weights);
    row.add_raw(raw);
    row.add_raws(raws);
    generated.Finish(row.Finish());
  }
  const auto layout = Layout(HouseInputs());
  RowEncoder ours(layout);
  using namespace std::literals;
  const std::string_view names[] = {"a", "", "Zürich"};
  const std::int64_t numbers[] = {1, -2};
  const double features[] = {0.5, 1.5, 2.5};
  const float pixels[] = {1, 2};
  const std::int32_t indices[] = {0, 1, 1, 0};
  const std::int32_t dimensions[] = {2, 2};
  const std::string_view keys[] = {"w", "v"};
  const double weights[] = {0, 2};
  const std::string_view raws[] = {"\0\xff"sv};
  ours.Set(0, 3);
  ours.Set(1, "98103");
  ours.Set(2, false);
  ours.Set(3, -7);
  ours.SetList(4, ElementsView(std::span(names)));
  ours.SetList(5, ElementsView(std::span(numbers)));
  ours.SetVector(6, std::span(features));
  ours.SetTensor(7, {ElementsView(std::span(pixels)), true, indices, dimensions});
  ours.SetMap(8, {ElementsView(std::span(keys)), ElementsView(std::span(weights))});
  ours.Set(9, raws[0]);
  ours.SetList(10, ElementsView(std::span(raws)));
  ASSERT_EQ(ours.DescribeFault(), "");
  const std::string text = Decode(*layout, RequestKind::kRow, ours.bytes());
  EXPECT_EQ(Decode(*layout, RequestKind::kRow, Bytes(generated)), text);
  EXPECT_NE(text.find("features=[0.5 1.5 2.5 ] of [3 ]"), std::string::npos) << text;

  flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(ours.bytes().data()),
                                 ours.bytes().size());
  EXPECT_TRUE(house::VerifyRowBuffer(verifier));
}

// The first and the last part; between them one is empty, and one is absent.
TEST(Interop, PartsOfGeneratedCodeDecodeLikeOurs) {
  flatbuffers::FlatBufferBuilder generated;
  {
    const auto zip = generated.CreateString("98103");
    const auto raw = generated.CreateVector<std::uint8_t>({0, 255});
    house_in_parts::RowPart0Builder first(generated);
    first.add_bedrooms(3);
    first.add_zip_code(zip);
    first.add_select_column(false);
    const auto part0 = first.Finish();
    house_in_parts::RowPart1Builder second(generated);
    second.add_Gr_e(-7);
    const auto part1 = second.Finish();
    house_in_parts::RowPart3Builder last(generated);
    last.add_raw(raw);
    generated.Finish(house_in_parts::CreateRow(generated, part0, part1, 0, last.Finish()));
  }
  const auto layout = LayoutsOf(HouseInputs())[1];
  RowEncoder ours(layout);
  ours.Set(0, 3);
  ours.Set(1, "98103");
  ours.Set(2, false);
  ours.Set(3, -7);
  ours.Set(9, std::string_view("\0\xff", 2));
  ASSERT_EQ(ours.DescribeFault(), "");
  EXPECT_EQ(Decode(*layout, RequestKind::kRow, Bytes(generated)),
            Decode(*layout, RequestKind::kRow, ours.bytes()));

  flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(ours.bytes().data()),
                                 ours.bytes().size());
  EXPECT_TRUE(house_in_parts::VerifyRowBuffer(verifier));
  const auto* row = house_in_parts::GetRow(ours.bytes().data());
  EXPECT_EQ(row->part0()->zip_code()->string_view(), "98103");
  EXPECT_EQ(row->part1()->Gr_e(), -7);
  EXPECT_EQ(row->part2()->image(), nullptr);
  EXPECT_EQ(row->part3()->raw()->size(), 2U);
}

TEST(Interop, GeneratedCodeReadsAnAnswerLikeTheClient) {
  const auto layout = Layout(HouseOutputs());
  const double probability[] = {0.25, 0.75};
  const Value row[] = {Value::Scalar(1.5), Value::Dense(probability, 2), Value::Text("café")};
  std::vector<std::uint64_t> words(64);
  const auto room = std::as_writable_bytes(std::span(words));
  AnswerEncoder encoder(*layout);
  ASSERT_TRUE(encoder.BeginRow(room) &&
              encoder.Add([&row](std::uint32_t i) -> const Value& { return row[i]; }));

  const auto* generated = flatbuffers::GetRoot<house::Answer>(words.data());
  AnswerDecoder decoder(layout);
  ASSERT_EQ(decoder.Open(room.first(encoder.bytes())), ScoreCode::kOk);
  double prediction = 0;
  TensorView tensor;
  std::string_view label;
  ASSERT_EQ(decoder.Get(0, &prediction), ScoreCode::kOk);
  ASSERT_EQ(decoder.GetTensor(1, &tensor), ScoreCode::kOk);
  ASSERT_EQ(decoder.Get(2, &label), ScoreCode::kOk);
  EXPECT_EQ(generated->prediction(), prediction);
  EXPECT_EQ(prediction, 1.5);
  EXPECT_EQ(generated->label()->string_view(), label);
  EXPECT_EQ(label, "café");
  EXPECT_EQ(generated->probability()->dimensions(), nullptr);
  ASSERT_EQ(tensor.dimensions.size(), 1U);
  EXPECT_EQ(tensor.dimensions[0], 2);
  EXPECT_EQ(generated->probability()->values()->Get(1), tensor.values.As<double>()[1]);
}

}  // namespace
}  // namespace pillion
