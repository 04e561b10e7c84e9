// The way from the engine's values to a client's, and what a hostile server can do to a client.
#include "sidecar/wire/answer_encoder.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "schemas/rows/answer_decoder.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/read_answer.h"
#include "tests/support/wire_rows.h"

namespace pillion {
namespace {

std::shared_ptr<const RowLayout> Layout(Schema columns) {
  return std::make_shared<const RowLayout>(*RowLayout::Make(std::move(columns)));
}

struct Buffer {
  explicit Buffer(std::size_t bytes) : words(bytes / 8 + 1) {}
  std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(words)); }
  std::vector<std::uint64_t> words;
};

bool Encode(AnswerEncoder& encoder, const std::vector<Value>& row) {
  return encoder.Add([&row](std::uint32_t i) -> const Value& { return row[i]; });
}

TEST(AnswerEncoder, IsReadBackByTheClient) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    RandomRows random(seed);
    for (const auto& layout : LayoutsOf(random.Columns(12))) {
      const std::vector<Value> row = random.Row(layout->columns());
      AnswerEncoder encoder(*layout);
      AnswerDecoder decoder(layout);
      Buffer buffer(1 << 16);
      ASSERT_TRUE(encoder.BeginRow(buffer.bytes()));
      ASSERT_TRUE(Encode(encoder, row));
      ASSERT_EQ(decoder.Open(buffer.bytes().first(encoder.bytes())), ScoreCode::kOk);
      ASSERT_EQ(ReadAnswer(decoder), Print(layout->columns(), row)) << "seed " << seed;
    }
  }
}

constexpr FaultDetail kFault = {{0, kNoColumn}, "op", "stage", "column"};

// Some rows fail alike, one behind the other; of some nothing is known.
FaultDetail FaultOf(std::uint32_t row) {
  const std::int32_t column = static_cast<std::int32_t>(row % 3) - 1;
  const std::string_view stages[] = {"", "", "label_index", "größe", "größe"};
  const std::string_view stage = stages[row / 5 % 5];
  return {{0, column}, stage.empty() ? "" : "string_indexer", stage, column < 0 ? stage : ""};
}

void ExpectEachRowOfABatch(const std::shared_ptr<const RowLayout>& layout, RandomRows& random) {
  AnswerEncoder encoder(*layout);
  AnswerDecoder decoder(layout);
  BatchAnswerDecoder batch;
  Buffer buffer(1 << 18);
  const std::uint32_t row_count = random.Below(40);
  std::vector<std::vector<Value>> rows;
  ASSERT_TRUE(encoder.BeginBatch(buffer.bytes(), row_count));
  for (std::uint32_t i = 0; i < row_count; ++i) {
    rows.push_back(random.Row(layout->columns()));
    ASSERT_TRUE(i % 5 == 3 ? encoder.AddFailure(ScoreCode::kUnseenLabel, FaultOf(i))
                           : Encode(encoder, rows.back()));
  }
  ASSERT_EQ(batch.Open(buffer.bytes().first(encoder.bytes())), ScoreCode::kOk);
  ASSERT_EQ(batch.row_count(), row_count);
  for (std::uint32_t i = 0; i < row_count; ++i) {
    if (i % 5 == 3) {
      EXPECT_EQ(batch.code(i), ScoreCode::kUnseenLabel);
      const FaultDetail fault = batch.fault(i);
      EXPECT_EQ(fault.place, (ErrorDetail{i, FaultOf(i).place.column}));
      EXPECT_EQ(batch.column(i), fault.place.column);
      EXPECT_EQ(fault.op, FaultOf(i).op);
      EXPECT_EQ(fault.stage, FaultOf(i).stage);
      EXPECT_EQ(fault.column, FaultOf(i).column);
      ASSERT_EQ(batch.Row(i, &decoder), ScoreCode::kOk);
      for (std::uint32_t column = 0; column < layout->size(); ++column) {
        EXPECT_TRUE(decoder.IsNull(column));
      }
      continue;
    }
    EXPECT_EQ(batch.code(i), ScoreCode::kOk);
    EXPECT_EQ(batch.column(i), kNoColumn);
    ASSERT_EQ(batch.Row(i, &decoder), ScoreCode::kOk);
    ASSERT_EQ(ReadAnswer(decoder), Print(layout->columns(), rows[i]));
  }
}

TEST(AnswerEncoder, KeepsEachRowOfABatchWithItsCode) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    RandomRows random(seed);
    for (const auto& layout : LayoutsOf(random.Columns(6))) ExpectEachRowOfABatch(layout, random);
  }
}

// Of a model with so many columns that one of them does not fit 16 bits with a sign.
TEST(AnswerEncoder, NamesAnyColumnOfABatch) {
  const auto layout = Layout({{"p", DataType::Scalar(BasicType::kDouble)}});
  AnswerEncoder encoder(*layout);
  BatchAnswerDecoder batch;
  Buffer buffer(1 << 10);
  const std::int32_t columns[] = {0, 32767, 32768, std::int32_t{kRowColumnsMax} - 1, kNoColumn};
  ASSERT_TRUE(encoder.BeginBatch(buffer.bytes(), std::size(columns)));
  for (const std::int32_t column : columns)
    encoder.AddFailure(ScoreCode::kNullValue, {{0, column}, {}, {}, {}});
  ASSERT_EQ(batch.Open(buffer.bytes().first(encoder.bytes())), ScoreCode::kOk);
  for (std::uint32_t i = 0; i < std::size(columns); ++i) EXPECT_EQ(batch.column(i), columns[i]);
}

TEST(AnswerEncoder, SaysSoWhereverTheRoomEnds) {
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    RandomRows random(seed);
    for (const auto& layout : LayoutsOf(random.Columns(8))) {
      const std::vector<Value> row = random.Row(layout->columns());
      AnswerEncoder encoder(*layout);
      Buffer buffer(1 << 16);
      ASSERT_TRUE(encoder.BeginBatch(buffer.bytes(), 2) && Encode(encoder, row) &&
                  encoder.AddFailure(ScoreCode::kInternal, kFault));
      const std::size_t needed = encoder.bytes();
      for (std::size_t bytes = 0; bytes <= needed; ++bytes) {
        // Exactly as long as it says, so that the sanitizer sees a byte too many.
        const auto room = std::make_unique<std::byte[]>(bytes);
        const bool fits = encoder.BeginBatch({room.get(), bytes}, 2) && Encode(encoder, row) &&
                          encoder.AddFailure(ScoreCode::kInternal, kFault);
        ASSERT_EQ(fits, bytes == needed) << "seed " << seed;
      }
    }
  }
}

TEST(AnswerEncoder, TakesNoMemory) {
  RandomRows random(11);
  for (const auto& layout : LayoutsOf(random.Columns(12))) {
    const std::vector<Value> row = random.Row(layout->columns());
    AnswerEncoder encoder(*layout);
    AnswerDecoder decoder(layout);
    Buffer buffer(1 << 16);
    const std::uint64_t before = AllocationCount();
    for (int i = 0; i < 10; ++i) {
      encoder.BeginRow(buffer.bytes());
      Encode(encoder, row);
      decoder.Open(buffer.bytes().first(encoder.bytes()));
      encoder.BeginBatch(buffer.bytes(), 2);
      Encode(encoder, row);
      encoder.AddFailure(ScoreCode::kInternal, kFault);
    }
    EXPECT_EQ(AllocationCount(), before);
  }
}

TEST(AnswerEncoder, KnowsItsLongestAnswer) {
  const auto fixed = Layout({{"p", DataType::Scalar(BasicType::kDouble)},
                             {"q", DataType::Tensor(BasicType::kDouble, {{2, 3}})},
                             {"r", DataType::Tensor(BasicType::kFloat, {{4}})}});
  const auto bytes_max = AnswerBytesMax(*fixed);
  ASSERT_TRUE(bytes_max);
  AnswerEncoder encoder(*fixed);
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    RandomRows random(seed);
    Buffer buffer(*bytes_max);
    ASSERT_TRUE(encoder.BeginRow(buffer.bytes().first(*bytes_max)) &&
                Encode(encoder, random.Row(fixed->columns())));
  }
  EXPECT_EQ(AnswerBytesMax(*Layout({{"s", DataType::Scalar(BasicType::kString)}})), std::nullopt);
  EXPECT_EQ(AnswerBytesMax(*Layout({{"v", DataType::Vector()}})), std::nullopt);
  EXPECT_EQ(AnswerBytesMax(*Layout({{"v", DataType::Vector(1 << 30)}})), std::nullopt);
}

// Bytes that end where the memory ends, each of them changed in turn: all must be readable
// without a step outside, whatever the outcome.
void ReadDamaged(const std::shared_ptr<const RowLayout>& layout, RandomRows& random) {
  AnswerEncoder encoder(*layout);
  AnswerDecoder decoder(layout);
  BatchAnswerDecoder batch;
  Buffer buffer(1 << 16);
  ASSERT_TRUE(encoder.BeginBatch(buffer.bytes(), 2));
  ASSERT_TRUE(Encode(encoder, random.Row(layout->columns())));
  ASSERT_TRUE(Encode(encoder, random.Row(layout->columns())));
  const std::size_t size = encoder.bytes();
  const auto read = [&](std::span<const std::byte> bytes) {
    if (batch.Open(bytes) == ScoreCode::kOk) {
      for (std::uint32_t i = 0; i < std::min(batch.row_count(), 4U); ++i) {
        batch.code(i);
        batch.column(i);
        if (batch.Row(i, &decoder) == ScoreCode::kOk) ReadAnswer(decoder);
      }
    }
    if (decoder.Open(bytes) == ScoreCode::kOk) ReadAnswer(decoder);
  };
  const auto copy = std::make_unique<std::byte[]>(size);
  std::memcpy(copy.get(), buffer.bytes().data(), size);
  for (std::size_t i = 0; i < size; ++i) {
    for (const std::uint8_t change : {0x01, 0x04, 0x80, 0xff}) {
      copy[i] ^= std::byte{change};
      read({copy.get(), size});
      copy[i] ^= std::byte{change};
    }
  }
  for (std::size_t cut = 0; cut < size; ++cut) {
    const auto shorter = std::make_unique<std::byte[]>(cut);
    std::memcpy(shorter.get(), copy.get(), cut);
    read({shorter.get(), cut});
  }
}

TEST(AnswerDecoder, StaysInsideOfHostileBytes) {
  for (std::uint32_t seed = 0; seed < 25; ++seed) {
    RandomRows random(seed);
    for (const auto& layout : LayoutsOf(random.Columns(6))) ReadDamaged(layout, random);
  }
}

}  // namespace
}  // namespace pillion
