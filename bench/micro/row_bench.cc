// What a row costs on its way: 8 doubles and 5 strings, built by the client, decoded and verified
// by the server; the answer of one double, encoded and read. Rows differ from one to the next.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/rows/answer_decoder.h"
#include "schemas/rows/batch_encoder.h"
#include "schemas/rows/row_encoder.h"
#include "sidecar/wire/answer_encoder.h"
#include "sidecar/wire/row_decoder.h"

namespace pillion {
namespace {

constexpr std::uint32_t kDoubles = 8;
constexpr std::uint32_t kStrings = 5;
constexpr std::size_t kRows = 256;

std::shared_ptr<const RowLayout> Inputs() {
  Schema columns;
  for (std::uint32_t i = 0; i < kDoubles; ++i) {
    columns.push_back({"number " + std::to_string(i), DataType::Scalar(BasicType::kDouble)});
  }
  for (std::uint32_t i = 0; i < kStrings; ++i) {
    columns.push_back({"text " + std::to_string(i), DataType::Scalar(BasicType::kString)});
  }
  return std::make_shared<const RowLayout>(*RowLayout::Make(std::move(columns)));
}

std::shared_ptr<const RowLayout> Outputs() {
  return std::make_shared<const RowLayout>(
      *RowLayout::Make({{"prediction", DataType::Scalar(BasicType::kDouble)}}));
}

void Fill(RowEncoder& encoder, std::size_t row, const std::vector<std::string>& words) {
  encoder.Clear();
  for (std::uint32_t i = 0; i < kDoubles; ++i) encoder.SetDouble(i, static_cast<double>(row + i));
  for (std::uint32_t i = 0; i < kStrings; ++i) {
    encoder.SetText(kDoubles + i, words[(row + i) % words.size()]);
  }
}

// More than the branch predictor learns by heart, of lengths as real columns have.
std::vector<std::string> Words() {
  constexpr std::string_view kWords[] = {"98103", "flexible", "Entire home", "NY", "House"};
  std::vector<std::string> words;
  for (std::size_t i = 0; i < 1009; ++i) {
    words.emplace_back(kWords[i * i * 7 % 11 % std::size(kWords)]);
  }
  return words;
}

void BuildRow(benchmark::State& state) {
  RowEncoder encoder(Inputs());
  const std::vector<std::string> words = Words();
  std::size_t row = 0;
  for (auto _ : state) {
    Fill(encoder, row++, words);
    benchmark::DoNotOptimize(encoder.bytes().data());
  }
  state.counters["row_bytes"] = static_cast<double>(encoder.bytes().size());
}
BENCHMARK(BuildRow);

void DecodeRow(benchmark::State& state) {
  const auto layout = Inputs();
  RowEncoder encoder(layout);
  const std::vector<std::string> words = Words();
  std::vector<std::vector<std::byte>> rows;
  for (std::size_t row = 0; row < kRows; ++row) {
    Fill(encoder, row, words);
    rows.emplace_back(encoder.bytes().begin(), encoder.bytes().end());
  }
  RowDecoder decoder(*layout);
  Arena arena(1 << 20);
  std::vector<Value> values(layout->size());
  std::size_t row = 0;
  for (auto _ : state) {
    decoder.Open(RequestKind::kRow, rows[row++ % kRows]);
    if (decoder.Decode(0, values.data(), arena) != ScoreCode::kOk) state.SkipWithError("refused");
    benchmark::DoNotOptimize(values.data());
  }
}
BENCHMARK(DecodeRow);

void DecodeBatchOf256(benchmark::State& state) {
  const auto layout = Inputs();
  RowEncoder encoder(layout);
  BatchEncoder batch;
  const std::vector<std::string> words = Words();
  for (std::size_t row = 0; row < kRows; ++row) {
    Fill(encoder, row, words);
    batch.Add(encoder);
  }
  const auto bytes = batch.Finish();
  RowDecoder decoder(*layout);
  Arena arena(1 << 20);
  std::vector<Value> values(layout->size());
  for (auto _ : state) {
    decoder.Open(RequestKind::kBatch, bytes);
    for (std::uint32_t row = 0; row < decoder.row_count(); ++row) {
      decoder.Decode(row, values.data(), arena);
      benchmark::DoNotOptimize(values.data());
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kRows));
}
BENCHMARK(DecodeBatchOf256);

void EncodeAnswer(benchmark::State& state) {
  const auto layout = Outputs();
  AnswerEncoder encoder(*layout);
  std::array<std::uint64_t, 8> room{};
  Value value = Value::Scalar(1.0);
  for (auto _ : state) {
    value.float64 += 1;
    encoder.BeginRow(std::as_writable_bytes(std::span(room)));
    encoder.Add([&value](std::uint32_t) -> const Value& { return value; });
    benchmark::DoNotOptimize(room.data());
  }
  state.counters["answer_bytes"] = static_cast<double>(encoder.bytes());
}
BENCHMARK(EncodeAnswer);

void ReadAnswer(benchmark::State& state) {
  const auto layout = Outputs();
  AnswerEncoder encoder(*layout);
  std::array<std::uint64_t, 8> room{};
  const Value value = Value::Scalar(1.0);
  encoder.BeginRow(std::as_writable_bytes(std::span(room)));
  encoder.Add([&value](std::uint32_t) -> const Value& { return value; });
  AnswerDecoder decoder(layout);
  for (auto _ : state) {
    double prediction = 0;
    decoder.Open(std::as_bytes(std::span(room)).first(encoder.bytes()));
    decoder.Get(0, &prediction);
    benchmark::DoNotOptimize(prediction);
  }
}
BENCHMARK(ReadAnswer);

}  // namespace
}  // namespace pillion

BENCHMARK_MAIN();
