// Bytes as a table of rows: the first says in which form, '0' json, '1' binary, '2' jsonl, '3' csv,
// '4' avro. What is taken must come back unchanged through each form that can hold it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "sidecar/table/table.h"
#include "sidecar/table/table_format.h"

namespace pillion {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// Of JSON lines and CSV.
const Schema& Columns() {
  static const Schema columns = {{"x", DataType::Scalar(BasicType::kDouble)},
                                 {"n", DataType::Scalar(BasicType::kShort)},
                                 {"s", DataType::Scalar(BasicType::kString)},
                                 {"f", DataType::Scalar(BasicType::kFloat, false)},
                                 {"y", DataType::Scalar(BasicType::kByteString)},
                                 {"b", DataType::Scalar(BasicType::kBoolean)},
                                 {"l", DataType::List(BasicType::kString)},
                                 {"v", DataType::Vector()},
                                 {"m", DataType::Map(BasicType::kString, BasicType::kLong)}};
  return columns;
}

std::string Write(const Table& frame, TableFormat format) {
  std::ostringstream out;
  const std::unique_ptr<RowSink> writer = MakeTableWriter(format, out);
  Require(writer->Begin(frame.schema()).has_value());
  for (std::size_t i = 0; i < frame.row_count(); ++i) {
    Require(writer->Add(frame.Row(i)).has_value());
  }
  Require(writer->End().has_value());
  return out.str();
}

void CheckForm(const Table& frame, TableFormat format) {
  const std::string written = Write(frame, format);
  const Result<Table> back = Table::Read({"written", written, format, frame.schema()});
  Require(back.has_value() && back->row_count() == frame.row_count());
  Require(Write(*back, format) == written);
}

bool HasMap(const Schema& schema) {
  for (const Field& field : schema) {
    if (field.type.shape == Shape::kMap) return true;
  }
  return false;
}

}  // namespace
}  // namespace pillion

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pillion;
  if (size == 0 || data[0] < '0' || data[0] > '4') return 0;
  const auto format = static_cast<TableFormat>(data[0] - '0');
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  DetectTableFormat(text);
  const Result<Table> frame = Table::Read({"input", text, format, Columns()});
  if (!frame) {
    Require(!frame.error().problems.empty() && !frame.error().Text().empty());
    return 0;
  }
  CheckForm(*frame, TableFormat::kJson);
  if (!HasMap(frame->schema())) CheckForm(*frame, TableFormat::kBinary);
  if (format == TableFormat::kJsonLines || format == TableFormat::kCsv) {
    CheckForm(*frame, format);
  }
  return 0;
}
