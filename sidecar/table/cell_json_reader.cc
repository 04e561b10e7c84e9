#include "sidecar/table/cell_json_reader.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "base/base64.h"
#include "engine/java/number.h"
#include "sidecar/table/cell_text.h"
#include "sidecar/table/readers.h"

namespace pillion {
namespace {

using internal::Boxed;

constexpr std::size_t kRankMax = std::numeric_limits<std::uint8_t>::max();
constexpr char kTensorForm[] = R"(a tensor is written {"dimensions": [...], "values": [...]})";

// As Python's json writes them.
std::optional<double> ParseNonFinite(std::string_view token) {
  if (token == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (token == "Infinity") return std::numeric_limits<double>::infinity();
  if (token == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

// The label that a number is: its digits, or Java's text of a double.
std::string LabelOf(std::string_view token, double number) {
  if (token.find_first_not_of("-0123456789") == std::string_view::npos && token != "-0") {
    return std::string(token);
  }
  char buffer[kJavaNumberBytesMax];
  return {buffer, FormatJavaNumber(number, buffer)};
}

}  // namespace

bool JsonCellReader::FailTooLarge() {
  return reader_->Fail("the row is too large", LoadCode::kOverLimit);
}

template <typename T, typename Stored>
const T* JsonCellReader::Keep(const Stored* elements, std::size_t count) {
  T* kept =
      count <= std::numeric_limits<std::uint32_t>::max() ? arena_->Allocate<T>(count) : nullptr;
  if (kept == nullptr) {
    FailTooLarge();
    return nullptr;
  }
  std::copy_n(elements, count, kept);
  return kept;
}

bool JsonCellReader::KeepText(std::string_view text, BasicType base, std::string_view& kept) {
  std::optional<std::string> bytes;
  if (base == BasicType::kByteString) {
    bytes = DecodeBase64(text);
    if (!bytes) return reader_->Fail("expected base64, found other text");
    text = *bytes;
  }
  const char* copy = Keep<char>(text.data(), text.size());
  if (copy == nullptr) return false;
  kept = {copy, text.size()};
  return true;
}

bool JsonCellReader::ReadText(JsonReader::Value json, BasicType base, std::string_view& text) {
  return reader_->Read(json, text_) && KeepText(text_, base, text);
}

template <typename T>
bool JsonCellReader::ReadOwnType(JsonReader::Value json, BasicType base, T& element) {
  constexpr bool kText = std::is_same_v<T, std::string_view>;
  const std::string_view token = JsonReader::Token(json);
  if (JsonReader::IsString(json)) {
    if constexpr (kText) {
      return ReadText(json, base, element);
    } else {
      if (!reader_->Read(json, text_)) return false;
      std::optional<std::string> wrong = ParseCell(text_, element);
      return !wrong || reader_->Fail(*std::move(wrong));
    }
  }
  if (token == "true" || token == "false") {
    if constexpr (kText) {
      return base == BasicType::kByteString ? reader_->FailExpecting(json, "base64 text")
                                            : KeepText(token == "true" ? "1" : "0", base, element);
    } else {
      element = static_cast<T>(token == "true" ? 1 : 0);
      return true;
    }
  }
  if constexpr (kText) {
    const std::optional<double> number = ParseJsonDouble(token);
    if (!number || base == BasicType::kByteString) return reader_->FailExpecting(json, "a string");
    return KeepText(LabelOf(token, *number), base, element);
  } else if constexpr (std::is_same_v<T, bool>) {
    const std::optional<double> number = ParseJsonDouble(token);
    if (!number) return reader_->FailExpecting(json, "true or false");
    element = *number != 0;
    return true;
  } else {
    if constexpr (std::is_floating_point_v<T>) {
      if (const std::optional<double> number = ParseNonFinite(token)) {
        element = static_cast<T>(*number);
        return true;
      }
    }
    return ReadElement(json, base, element);
  }
}

template <typename T>
bool JsonCellReader::ReadElement(JsonReader::Value json, BasicType base, T& element) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return ReadText(json, base, element);
  } else if constexpr (sizeof(T) < sizeof(std::int32_t) && !std::is_same_v<T, bool>) {
    std::int64_t number = 0;
    if (!reader_->Read(json, number)) return false;
    element = static_cast<T>(number);
    return element == number ||
           reader_->FailExpecting(json, sizeof(T) == 1 ? "an 8-bit integer" : "a 16-bit integer");
  } else {
    return reader_->Read(json, element);
  }
}

template <typename T>
bool JsonCellReader::ReadScalar(JsonReader::Value json, BasicType base, Value& value) {
  value.null = false;
  if (rules_ == CellRules::kDeclared) return ReadElement(json, base, value.As<T>());
  // To a number "" and "null" are null, as MLeap casts text.
  if (!std::is_same_v<T, std::string_view> && JsonReader::IsString(json)) {
    const std::string_view token = JsonReader::Token(json);
    if (token == "\"\"" || token == "\"null\"") {
      value = Value::Null();
      return reader_->Skip(json);
    }
  }
  return ReadOwnType(json, base, value.As<T>());
}

template <typename T>
bool JsonCellReader::ReadElements(JsonReader::Value json, BasicType base, Value& value) {
  std::vector<Boxed<T>> elements;
  const bool read = reader_->ReadArray(json, [&](JsonReader::Value item) {
    T& element = elements.emplace_back().value;
    return rules_ == CellRules::kDeclared ? ReadElement(item, base, element)
                                          : ReadOwnType(item, base, element);
  });
  if (!read) return false;
  const T* kept = Keep<T>(elements.data(), elements.size());
  if (kept == nullptr) return false;
  value = Value::List(kept, static_cast<std::uint32_t>(elements.size()));
  return true;
}

template <typename T>
bool JsonCellReader::ReadTensor(JsonReader::Value json, BasicType base, Value& value) {
  if (JsonReader::IsArray(json)) {
    if (!ReadElements<T>(json, base, value)) return false;
    value.rank = 1;
    value.size = static_cast<std::int32_t>(value.count);
    return true;
  }
  if (json.raw_json_token().front() != '{') {
    return reader_->FailExpecting(json, std::string("a tensor (") + kTensorForm + ")");
  }
  bool has_values = false;
  std::optional<std::vector<std::int32_t>> dimensions;
  std::optional<std::vector<std::vector<std::int32_t>>> indices;
  const bool read = reader_->ReadObject(json, [&](std::string_view name, JsonReader::Value item) {
    if (name == "values") {
      has_values = true;
      return ReadElements<T>(item, base, value);
    }
    if (name == "dimensions") return reader_->Read(item, dimensions.emplace());
    if (name != "indices") return reader_->Skip(item);
    indices.emplace();
    return reader_->ReadArray(item, [&](JsonReader::Value index) {
      return reader_->Read(index, indices->emplace_back());
    });
  });
  if (!read) return false;
  if (!has_values || !dimensions) return reader_->Fail(kTensorForm);
  const std::size_t rank = dimensions->size();
  if (rank > kRankMax) return reader_->Fail("a tensor of more than 255 dimensions");
  value.rank = static_cast<std::uint8_t>(rank);
  if (rank == 1) {
    value.size = dimensions->front();
  } else if (value.dimensions = Keep<std::int32_t>(dimensions->data(), rank); !value.dimensions) {
    return false;
  }
  if (!indices) return true;
  std::vector<std::int32_t> flat;
  for (const std::vector<std::int32_t>& index : *indices) {
    if (index.size() != rank)
      return reader_->Fail("an index of another length than \"dimensions\"");
    flat.insert(flat.end(), index.begin(), index.end());
  }
  if (rank == 0 || indices->size() != value.count) {
    return reader_->Fail("expected an index for each of " + std::to_string(value.count) +
                         " values, found " + std::to_string(indices->size()));
  }
  value.sparse = true;
  value.indices = Keep<std::int32_t>(flat.data(), flat.size());
  return value.indices != nullptr;
}

template <typename T>
bool JsonCellReader::ReadMap(JsonReader::Value json, const DataType& type, Value& value) {
  if (!IsText(type.key)) {
    return reader_->Fail("JSON cannot hold maps whose keys are " +
                         std::string(BasicTypeName(type.key)));
  }
  std::vector<std::string_view> keys;
  std::vector<Boxed<T>> elements;
  std::map<std::string_view, std::size_t> places;  // Of equal keys the last one counts.
  const bool read = reader_->ReadObject(json, [&](std::string_view name, JsonReader::Value item) {
    std::string_view key;
    if (!KeepText(name, type.key, key)) return false;
    const auto [it, is_new] = places.try_emplace(key, keys.size());
    if (is_new) {
      keys.push_back(key);
      elements.emplace_back();
    }
    T& element = elements[it->second].value;
    return rules_ == CellRules::kDeclared ? ReadElement(item, type.base, element)
                                          : ReadOwnType(item, type.base, element);
  });
  if (!read) return false;
  const T* kept = Keep<T>(elements.data(), elements.size());
  const auto* kept_keys = Keep<std::string_view>(keys.data(), keys.size());
  if (kept == nullptr || kept_keys == nullptr) return false;
  value = Value::List(kept, static_cast<std::uint32_t>(keys.size()));
  value.keys = kept_keys;
  return true;
}

bool JsonCellReader::Read(JsonReader::Value json, const DataType& type, Value& value) {
  value = Value::Null();
  if (JsonReader::IsNull(json)) {
    if (type.nullable) return true;
    const bool floating = type.base == BasicType::kDouble || type.base == BasicType::kFloat;
    if (type.shape != Shape::kScalar || !floating) {
      return reader_->FailExpecting(json, Describe(type));
    }
  }
  return WithElementType(type.base, [&]<typename T>(std::type_identity<T>) {
    switch (type.shape) {
      case Shape::kList: return ReadElements<T>(json, type.base, value);
      case Shape::kTensor: return ReadTensor<T>(json, type.base, value);
      case Shape::kMap: return ReadMap<T>(json, type, value);
      case Shape::kScalar: break;
    }
    return ReadScalar<T>(json, type.base, value);
  });
}

}  // namespace pillion
