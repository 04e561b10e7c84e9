// The way from a caller's values to the engine's, over rows that our own builders make, and the
// code and column of each fault a row can have.
#include "sidecar/wire/row_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>

#include "flatbuffers/flatbuffers.h"
#include "schemas/rows/batch_encoder.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/wire_rows.h"

namespace pillion {
namespace {

std::shared_ptr<const RowLayout> Layout(Schema columns) {
  return std::make_shared<const RowLayout>(*RowLayout::Make(std::move(columns)));
}

TEST(RowDecoder, GivesBackWhatTheBuilderWasGiven) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    RandomRows random(seed);
    for (const auto& layout : LayoutsOf(random.Columns(12))) {
      RowEncoder encoder(layout);
      RowDecoder decoder(*layout);
      Arena arena(1 << 20);
      std::vector<Value> decoded(layout->size());
      for (int n = 0; n < 5; ++n) {
        const std::vector<Value> row = random.Row(layout->columns());
        encoder.Clear();
        arena.Reset();
        ASSERT_EQ(SetRow(encoder, row), ScoreCode::kOk) << encoder.DescribeFault();
        ASSERT_EQ(decoder.Open(RequestKind::kRow, encoder.bytes()), ScoreCode::kOk);
        ASSERT_EQ(decoder.Decode(0, decoded.data(), arena), ScoreCode::kOk) << "seed " << seed;
        ASSERT_EQ(Print(layout->columns(), decoded), Print(layout->columns(), row))
            << "seed " << seed;
      }
    }
  }
}

void ExpectTheRowsOfABatch(const std::shared_ptr<const RowLayout>& layout, RandomRows& random,
                           std::uint32_t row_count) {
  RowEncoder encoder(layout);
  BatchEncoder batch;
  RowDecoder decoder(*layout);
  Arena arena(1 << 20);
  std::vector<Value> decoded(layout->size());
  std::vector<std::string> expected;
  for (std::uint32_t i = 0; i < row_count; ++i) {
    const std::vector<Value> row = random.Row(layout->columns());
    encoder.Clear();
    ASSERT_EQ(SetRow(encoder, row), ScoreCode::kOk);
    ASSERT_EQ(batch.Add(encoder), ScoreCode::kOk);
    expected.push_back(Print(layout->columns(), row));
  }
  ASSERT_EQ(decoder.Open(RequestKind::kBatch, batch.Finish()), ScoreCode::kOk);
  ASSERT_EQ(decoder.row_count(), row_count);
  for (std::uint32_t i = 0; i < row_count; ++i) {
    arena.Reset();
    ASSERT_EQ(decoder.Decode(i, decoded.data(), arena), ScoreCode::kOk);
    ASSERT_EQ(Print(layout->columns(), decoded), expected[i]);
  }
}

TEST(RowDecoder, GivesBackTheRowsOfABatch) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    RandomRows random(seed);
    for (const auto& layout : LayoutsOf(random.Columns(6))) {
      for (const std::uint32_t row_count : {0U, 1U, 200U}) {
        ExpectTheRowsOfABatch(layout, random, row_count);
      }
    }
  }
}

TEST(RowDecoder, TakesNoMemoryOnceWarm) {
  RandomRows random(7);
  for (const auto& layout : LayoutsOf(random.Columns(12))) {
    const std::vector<Value> row = random.Row(layout->columns());
    RowEncoder encoder(layout);
    BatchEncoder batch;
    RowDecoder decoder(*layout);
    Arena arena(1 << 20);
    std::vector<Value> decoded(layout->size());
    std::uint64_t before = 0;
    for (int n = 0; n < 4; ++n) {
      if (n == 2) before = AllocationCount();
      encoder.Clear();
      batch.Clear();
      SetRow(encoder, row);
      for (int i = 0; i < 100; ++i) batch.Add(encoder);
      decoder.Open(RequestKind::kBatch, batch.Finish());
      for (std::uint32_t i = 0; i < decoder.row_count(); ++i) {
        arena.Reset();
        decoder.Decode(i, decoded.data(), arena);
      }
    }
    EXPECT_EQ(AllocationCount(), before);
  }
}

// Bytes that end where the memory ends, each of them changed in turn: what decodes must be
// readable to its last element.
void ReadDamaged(const std::shared_ptr<const RowLayout>& layout, RandomRows& random) {
  RowEncoder encoder(layout);
  BatchEncoder batch;
  for (int n = 0; n < 2; ++n) {
    encoder.Clear();
    ASSERT_EQ(SetRow(encoder, random.Row(layout->columns())), ScoreCode::kOk);
    ASSERT_EQ(batch.Add(encoder), ScoreCode::kOk);
  }
  RowDecoder decoder(*layout);
  std::vector<Value> decoded(layout->size());
  const auto read = [&](std::span<const std::byte> bytes) {
    for (const RequestKind kind : {RequestKind::kRow, RequestKind::kBatch}) {
      if (decoder.Open(kind, bytes) != ScoreCode::kOk) continue;
      for (std::uint32_t i = 0; i < std::min(decoder.row_count(), 4U); ++i) {
        Arena arena(1 << 16, Arena::kAnySteps, 1 << 10);
        if (decoder.Decode(i, decoded.data(), arena) != ScoreCode::kOk) continue;
        Print(layout->columns(), decoded);
      }
    }
  };
  const auto rows = batch.Finish();
  const auto copy = std::make_unique<std::byte[]>(rows.size());
  std::memcpy(copy.get(), rows.data(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const std::uint8_t change : {0x01, 0x04, 0x80, 0xff}) {
      copy[i] ^= std::byte{change};
      read({copy.get(), rows.size()});
      copy[i] ^= std::byte{change};
    }
  }
  for (std::size_t cut = 0; cut < rows.size(); ++cut) {
    const auto shorter = std::make_unique<std::byte[]>(cut);
    std::memcpy(shorter.get(), copy.get(), cut);
    read({shorter.get(), cut});
  }
}

TEST(RowDecoder, StaysInsideOfHostileBytes) {
  for (std::uint32_t seed = 0; seed < 25; ++seed) {
    RandomRows random(seed);
    for (const auto& layout : LayoutsOf(random.Columns(6))) ReadDamaged(layout, random);
  }
}

// Rows of one column that the library's builder makes, so that they can be wrong on purpose.
struct Outcome {
  ScoreCode code;
  std::int32_t column;

  bool operator==(const Outcome&) const = default;
};

Outcome DecodeOne(const DataType& type,
                  const std::function<void(flatbuffers::FlatBufferBuilder&)>& finish) {
  const auto layout = Layout({{"good", DataType::Scalar(BasicType::kDouble)}, {"column", type}});
  flatbuffers::FlatBufferBuilder builder;
  finish(builder);
  RowDecoder decoder(*layout);
  Arena arena(1 << 20);
  std::vector<Value> decoded(2);
  const std::span bytes(reinterpret_cast<const std::byte*>(builder.GetBufferPointer()),
                        builder.GetSize());
  const ScoreCode code = decoder.Open(RequestKind::kRow, bytes);
  if (code != ScoreCode::kOk) return {code, kNoColumn};
  return {decoder.Decode(0, decoded.data(), arena), decoder.failed_column()};
}

constexpr flatbuffers::voffset_t kColumn = 6;  // the second field's entry

template <typename T>
Outcome DecodeOffset(
    const DataType& type,
    const std::function<flatbuffers::Offset<T>(flatbuffers::FlatBufferBuilder&)>& make) {
  return DecodeOne(type, [&](flatbuffers::FlatBufferBuilder& builder) {
    const auto part = make(builder);
    const auto start = builder.StartTable();
    builder.AddOffset(kColumn, part);
    builder.Finish(flatbuffers::Offset<void>(builder.EndTable(start)));
  });
}

using Ints = std::vector<std::int32_t>;

struct TensorParts {
  std::vector<double> values;
  std::optional<Ints> indices;
  std::optional<Ints> dimensions;
};

Outcome DecodeTensor(const DataType& type, const TensorParts& parts) {
  return DecodeOffset<void>(type, [&](flatbuffers::FlatBufferBuilder& builder) {
    const auto values = builder.CreateVector(parts.values);
    flatbuffers::Offset<flatbuffers::Vector<std::int32_t>> indices = 0;
    flatbuffers::Offset<flatbuffers::Vector<std::int32_t>> dimensions = 0;
    if (parts.indices) indices = builder.CreateVector(*parts.indices);
    if (parts.dimensions) dimensions = builder.CreateVector(*parts.dimensions);
    const auto start = builder.StartTable();
    builder.AddOffset(4, values);
    builder.AddOffset(6, indices);
    builder.AddOffset(8, dimensions);
    return flatbuffers::Offset<void>(builder.EndTable(start));
  });
}

constexpr Outcome kGood = {ScoreCode::kOk, kNoColumn};

TEST(RowDecoder, ChecksTensors) {
  const DataType any = DataType::Tensor(BasicType::kDouble);
  EXPECT_EQ(DecodeTensor(any, {{1, 2, 3}, {}, {}}), kGood);
  EXPECT_EQ(DecodeTensor(any, {{1, 2, 3, 4, 5, 6}, {}, {{2, 3}}}), kGood);
  EXPECT_EQ(DecodeTensor(any, {{1}, {}, Ints{}}), kGood);
  EXPECT_EQ(DecodeTensor(any, {{1, 2}, {{0, 3}}, {{4}}}), kGood);
  EXPECT_EQ(DecodeTensor(any, {{1, 2}, {{0, 2, 1, 0}}, {{2, 3}}}), kGood);
  EXPECT_EQ(DecodeTensor(any, {{}, Ints{}, {{1 << 20, 1 << 20}}}), kGood);
  EXPECT_EQ(DecodeTensor(DataType::Vector(3), {{1, 2, 3}, {}, {}}), kGood);

  const Outcome bad_shape = {ScoreCode::kBadShape, 1};
  EXPECT_EQ(DecodeTensor(any, {{1, 2, 3}, {}, {{2, 3}}}), bad_shape);
  EXPECT_EQ(DecodeTensor(any, {{1}, {}, {{-1, -1}}}), bad_shape);
  EXPECT_EQ(DecodeTensor(any, {{}, {}, {{1 << 22, 1 << 22, 1 << 20}}}), bad_shape);
  EXPECT_EQ(DecodeTensor(any, {{1, 2}, {{0}}, {{4}}}), bad_shape);
  EXPECT_EQ(DecodeTensor(any, {{1, 2}, {{0, 1}}, {{2, 3}}}), bad_shape);
  EXPECT_EQ(DecodeTensor(any, {{1}, {{0}}, {}}), bad_shape);
  EXPECT_EQ(DecodeTensor(any, {{1}, {}, Ints(33, 1)}), bad_shape);
  // What a column declares is left to the stages.
  EXPECT_EQ(DecodeTensor(DataType::Vector(3), {{1, 2}, {}, {}}), kGood);

  const Outcome bad_index = {ScoreCode::kBadIndex, 1};
  EXPECT_EQ(DecodeTensor(any, {{1, 2}, {{0, 4}}, {{4}}}), bad_index);
  EXPECT_EQ(DecodeTensor(any, {{1, 2}, {{-1, 2}}, {{4}}}), bad_index);
  EXPECT_EQ(DecodeTensor(any, {{1, 2}, {{2, 1}}, {{4}}}), bad_index);
  EXPECT_EQ(DecodeTensor(any, {{1, 2}, {{2, 2}}, {{4}}}), bad_index);
  EXPECT_EQ(DecodeTensor(any, {{1, 2}, {{1, 0, 0, 2}}, {{2, 3}}}), bad_index);
  EXPECT_EQ(DecodeTensor(any, {{1, 2}, {{1, 1, 1, 1}}, {{2, 3}}}), bad_index);
  EXPECT_EQ(DecodeTensor(any, {{1, 2}, Ints{}, Ints{}}), bad_index);
}

Outcome DecodeString(std::string_view text) {
  return DecodeOffset<flatbuffers::String>(DataType::Scalar(BasicType::kString),
                                           [text](flatbuffers::FlatBufferBuilder& builder) {
                                             return builder.CreateString(text.data(), text.size());
                                           });
}

TEST(RowDecoder, TakesUtf8Only) {
  const std::string long_tail(40, 'x');
  for (const std::string& tail : {std::string(), long_tail}) {
    EXPECT_EQ(DecodeString("" + tail), kGood);
    EXPECT_EQ(DecodeString("Zürich 日本 😀" + tail), kGood);
    EXPECT_EQ(DecodeString(std::string("a\0b", 3) + tail), kGood);
    // Stray continuation, overlong form, surrogate, beyond U+10FFFF, cut off.
    for (const char* text :
         {"\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "ab\xe2\x82"}) {
      EXPECT_EQ(DecodeString(text + tail), (Outcome{ScoreCode::kBadText, 1})) << tail;
    }
  }
}

TEST(RowDecoder, TakesBooleansThatAreZeroOrOne) {
  for (const std::uint8_t byte : {0, 1, 2, 255}) {
    const Outcome expected = byte < 2 ? kGood : Outcome{ScoreCode::kMalformed, 1};
    EXPECT_EQ(DecodeOne(DataType::Scalar(BasicType::kBoolean),
                        [byte](flatbuffers::FlatBufferBuilder& builder) {
                          const auto start = builder.StartTable();
                          builder.AddElement(kColumn, byte);
                          builder.Finish(flatbuffers::Offset<void>(builder.EndTable(start)));
                        }),
              expected);
    EXPECT_EQ((DecodeOffset<flatbuffers::Vector<std::uint8_t>>(
                  DataType::List(BasicType::kBoolean),
                  [byte](flatbuffers::FlatBufferBuilder& builder) {
                    return builder.CreateVector(std::vector<std::uint8_t>{1, 0, byte});
                  })),
              expected);
  }
}

TEST(RowDecoder, NamesTheMissingColumn) {
  const auto empty = [](flatbuffers::FlatBufferBuilder& builder) {
    builder.Finish(flatbuffers::Offset<void>(builder.EndTable(builder.StartTable())));
  };
  EXPECT_EQ(DecodeOne(DataType::Scalar(BasicType::kDouble), empty), kGood);
  EXPECT_EQ(DecodeOne(DataType::Scalar(BasicType::kDouble, false), empty),
            (Outcome{ScoreCode::kNullValue, 1}));
}

// Who writes for a newer version of the model may set fields that this one does not have.
TEST(RowDecoder, PassesOverFieldsBeyondItsColumns) {
  EXPECT_EQ(DecodeOne(DataType::Scalar(BasicType::kDouble),
                      [](flatbuffers::FlatBufferBuilder& builder) {
                        const auto start = builder.StartTable();
                        builder.AddElement(kColumn, 1.0);
                        builder.AddElement(20, 2.0);
                        builder.Finish(flatbuffers::Offset<void>(builder.EndTable(start)));
                      }),
            kGood);
}

// A row of two parts of three columns: "d0" to "d2", null where absent, and "n3" to "n5", required.
Outcome DecodeParts(
    const std::function<flatbuffers::Offset<void>(flatbuffers::FlatBufferBuilder&)>& first,
    const std::function<flatbuffers::Offset<void>(flatbuffers::FlatBufferBuilder&)>& second) {
  Schema columns;
  for (int i = 0; i < 6; ++i) {
    columns.push_back(
        {(i < 3 ? "d" : "n") + std::to_string(i), DataType::Scalar(BasicType::kDouble, i < 3)});
  }
  const auto layout = RowLayout::Make(columns, kShortParts);
  flatbuffers::FlatBufferBuilder builder;
  const auto part0 = first(builder);
  const auto part1 = second(builder);
  const auto start = builder.StartTable();
  builder.AddOffset(4, part0);
  builder.AddOffset(6, part1);
  builder.Finish(flatbuffers::Offset<void>(builder.EndTable(start)));
  RowDecoder decoder(*layout);
  Arena arena(1 << 20);
  std::vector<Value> decoded(6);
  const std::span bytes(reinterpret_cast<const std::byte*>(builder.GetBufferPointer()),
                        builder.GetSize());
  EXPECT_EQ(decoder.Open(RequestKind::kRow, bytes), ScoreCode::kOk);
  return {decoder.Decode(0, decoded.data(), arena), decoder.failed_column()};
}

TEST(RowDecoder, ReadsAnAbsentPartAsNulls) {
  const auto absent = [](flatbuffers::FlatBufferBuilder&) { return flatbuffers::Offset<void>(); };
  const auto of = [](int count) {
    return [count](flatbuffers::FlatBufferBuilder& builder) {
      const auto start = builder.StartTable();
      for (int i = 0; i < count; ++i) {
        builder.AddElement(static_cast<flatbuffers::voffset_t>(4 + 2 * i), 1.5);
      }
      return flatbuffers::Offset<void>(builder.EndTable(start));
    };
  };
  EXPECT_EQ(DecodeParts(of(3), of(3)), kGood);
  EXPECT_EQ(DecodeParts(absent, of(3)), kGood);
  EXPECT_EQ(DecodeParts(of(3), of(2)), (Outcome{ScoreCode::kNullValue, 5}));
  EXPECT_EQ(DecodeParts(of(3), absent), (Outcome{ScoreCode::kNullValue, 3}));
  // Fields beyond a part's columns are passed over, not read as the next part's.
  EXPECT_EQ(DecodeParts(of(6), absent), (Outcome{ScoreCode::kNullValue, 3}));
}

// The limits that both ends agree on: 10,000 columns need parts, and any column may lie in any.
TEST(RowDecoder, GivesBackTenThousandColumns) {
  RandomRows random(3);
  Schema columns;
  for (int i = 0; i < 10000; ++i) {
    columns.push_back({"column " + std::to_string(i),
                       i % 100 == 7 ? random.Type() : DataType::Scalar(BasicType::kDouble)});
  }
  const auto layout = Layout(columns);
  ASSERT_EQ(layout->part_count(), 3U);
  for (const std::uint32_t row_count : {1U, 3U}) ExpectTheRowsOfABatch(layout, random, row_count);
}

TEST(RowDecoder, RefusesToReadOneTextForManyElements) {
  const auto list_of_one_text = [](std::size_t text_bytes, std::size_t count) {
    return DecodeOffset<flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>>(
        DataType::List(BasicType::kString), [&](flatbuffers::FlatBufferBuilder& builder) {
          const auto text = builder.CreateString(std::string(text_bytes, 'x'));
          return builder.CreateVector(
              std::vector<flatbuffers::Offset<flatbuffers::String>>(count, text));
        });
  };
  EXPECT_EQ(list_of_one_text(20, 100), kGood);
  EXPECT_EQ(list_of_one_text(20000, 5000), (Outcome{ScoreCode::kTooLarge, 1}));
}

TEST(RowDecoder, RefusesKindsAndBatchesItDoesNotKnow) {
  const auto layout = Layout({{"x", DataType::Scalar(BasicType::kDouble)}});
  RowEncoder row(layout);
  RowDecoder decoder(*layout);
  EXPECT_EQ(decoder.Open(static_cast<RequestKind>(9), row.bytes()), ScoreCode::kUnsupported);
  EXPECT_EQ(decoder.Open(RequestKind::kBatch, row.bytes()), ScoreCode::kMalformed);
  EXPECT_EQ(decoder.Open(RequestKind::kRow, {}), ScoreCode::kMalformed);
  BatchEncoder batch;
  for (std::uint32_t i = 0; i < kBatchRowsMax; ++i) ASSERT_EQ(batch.Add(row), ScoreCode::kOk);
  EXPECT_EQ(batch.Add(row), ScoreCode::kTooLarge);
  EXPECT_EQ(decoder.Open(RequestKind::kBatch, batch.Finish()), ScoreCode::kOk);
}

}  // namespace
}  // namespace pillion
