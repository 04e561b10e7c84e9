// Leap frames from text to MLeap's binary form: big-endian, the schema's JSON first.
#include <simdjson.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <type_traits>

#include "base/base64.h"
#include "tests/support/golden_case.h"

namespace pillion::testing {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;

template <typename T>
void Put(std::string& out, T value) {
  for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(static_cast<std::make_unsigned_t<T>>(value) >> shift & 0xff);
  }
}

void PutCount(std::string& out, std::size_t count) { Put(out, static_cast<std::int32_t>(count)); }

void PutBytes(std::string& out, std::string_view bytes) {
  PutCount(out, bytes.size());
  out += bytes;
}

double ReadDouble(element value) {
  if (!value.is_string()) return value.is_double() ? double(value) : double(std::int64_t(value));
  const std::string_view word = value;
  if (word == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (word == "Infinity") return std::numeric_limits<double>::infinity();
  if (word == "-Infinity") return -std::numeric_limits<double>::infinity();
  throw std::runtime_error("'" + std::string(word) + "' is no number");
}

void PutElement(std::string& out, std::string_view base, element value) {
  if (base == "boolean") {
    out += bool(value) ? '\1' : '\0';
  } else if (base == "string") {
    PutBytes(out, value);
  } else if (base == "byte_string") {
    PutBytes(out, DecodeBase64(std::string_view(value)).value());
  } else if (base == "double") {
    Put(out, std::bit_cast<std::int64_t>(ReadDouble(value)));
  } else if (base == "float") {
    Put(out, std::bit_cast<std::int32_t>(static_cast<float>(ReadDouble(value))));
  } else if (base == "byte") {
    Put(out, static_cast<std::int8_t>(std::int64_t(value)));
  } else if (base == "short") {
    Put(out, static_cast<std::int16_t>(std::int64_t(value)));
  } else if (base == "int" || base == "integer") {
    Put(out, static_cast<std::int32_t>(std::int64_t(value)));
  } else if (base == "long") {
    Put(out, std::int64_t(value));
  } else {
    throw std::runtime_error("no type '" + std::string(base) + "'");
  }
}

void PutElements(std::string& out, std::string_view base, array values) {
  PutCount(out, values.size());
  for (const element value : values) PutElement(out, base, value);
}

void PutTensor(std::string& out, std::string_view base, element tensor) {
  const array dimensions = tensor["dimensions"];
  array indices;
  const bool sparse = tensor["indices"].get(indices) == simdjson::SUCCESS;
  Put(out, static_cast<std::int16_t>(sparse));
  Put(out, static_cast<std::int16_t>(dimensions.size()));
  for (const element size : dimensions) PutElement(out, "int", size);
  PutElements(out, base, tensor["values"]);
  if (!sparse) return;
  PutCount(out, indices.size());
  for (const element index : indices) {
    Put(out, static_cast<std::int16_t>(array(index).size()));
    for (const element place : array(index)) PutElement(out, "int", place);
  }
}

void PutCell(std::string& out, element type, element cell) {
  bool nullable = true;
  std::string_view base;
  std::string_view kind = "basic";
  if (type.is_string()) {
    base = type;
  } else {
    base = type["base"];
    kind = type["type"];
    if (type["isNullable"].get(nullable) != simdjson::SUCCESS) nullable = true;
  }
  if (nullable) out += cell.is_null() ? '\0' : '\1';
  if (nullable && cell.is_null()) return;
  if (kind == "basic") {
    PutElement(out, base, cell);
  } else if (kind == "list") {
    PutElements(out, base, cell);
  } else if (kind == "tensor") {
    PutTensor(out, base, cell);
  } else {
    throw std::runtime_error("no kind '" + std::string(kind) + "'");
  }
}

std::string Encode(std::string_view text) {
  constexpr std::string_view kBegin = "{\"schema\":";
  const std::size_t schema_end = text.find(",\n\"rows\":[");
  if (!text.starts_with(kBegin) || schema_end == std::string_view::npos) {
    throw std::runtime_error("is no leap frame with its schema first");
  }
  std::string out;
  PutBytes(out, text.substr(kBegin.size(), schema_end - kBegin.size()));
  simdjson::dom::parser parser;
  const element document = parser.parse(simdjson::padded_string(text));
  const array fields = document["schema"]["fields"];
  const array rows = document["rows"];
  PutCount(out, rows.size());
  for (const element row : rows) {
    if (array(row).size() != fields.size()) throw std::runtime_error("a row of another length");
    auto cell = array(row).begin();
    for (const element field : fields) {
      PutCell(out, field["type"], *cell);
      ++cell;
    }
  }
  return out;
}

}  // namespace

std::string BinaryFrame(std::string_view text) {
  try {
    return Encode(text);
  } catch (const simdjson::simdjson_error& error) {
    throw std::runtime_error(error.what());
  }
}

}  // namespace pillion::testing
