#include "sidecar/http/v2_tensor.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "base/json_reader.h"
#include "base/quote.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "schemas/types/tensor_shape.h"

namespace pillion {
namespace {

static_assert(std::endian::native == std::endian::little, "raw tensors are little-endian");

constexpr auto kElementsMax = static_cast<std::int64_t>(kV2ElementsMax);

// A type of the protocol, and the column's that holds all of its values.
struct Datatype {
  std::string_view name;
  BasicType base;
  std::size_t bytes;  // of an element; 0: with its length in front
  bool is_signed = true;
};

constexpr Datatype kDatatypes[] = {
    {"BOOL", BasicType::kBoolean, 1},       {"INT8", BasicType::kByte, 1},
    {"INT16", BasicType::kShort, 2},        {"INT32", BasicType::kInt, 4},
    {"INT64", BasicType::kLong, 8},         {"FP32", BasicType::kFloat, 4},
    {"FP64", BasicType::kDouble, 8},        {"BYTES", BasicType::kString, 0},
    {"UINT8", BasicType::kShort, 1, false}, {"UINT16", BasicType::kInt, 2, false},
    {"UINT32", BasicType::kLong, 4, false},
};

const Datatype* FindDatatype(std::string_view name) {
  const auto* const it = std::ranges::find(kDatatypes, name, &Datatype::name);
  return it == std::end(kDatatypes) ? nullptr : it;
}

std::int64_t UnsignedMax(const Datatype& datatype) {
  return (std::int64_t{1} << (8 * datatype.bytes)) - 1;
}

std::string Text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t size : shape) {
    text.append(text.size() == 1 ? "" : ", ").append(std::to_string(size));
  }
  return text + "]";
}

// Reads the data of one input, element by element.
class DataReader {
 public:
  DataReader(const Datatype& datatype, std::size_t count, std::vector<Value>* elements,
             std::deque<std::string>* texts)
      : datatype_(datatype), count_(count), elements_(elements), texts_(texts) {}

  // An error has no name of the input in it.
  tl::expected<void, std::string> ReadJson(const std::string& array) {
    JsonReader json("data");
    const bool read = json.ReadText(
        "{\"data\":" + array + "}",
        [&](std::string_view, JsonReader::Value value) { return ReadArray(json, value); });
    if (!read) return tl::unexpected(json.error().problems.front().what);
    return CheckCount();
  }

  tl::expected<void, std::string> ReadBytes(std::string_view bytes) {
    if (datatype_.bytes == 0) return ReadTexts(bytes);
    if (bytes.size() != count_ * datatype_.bytes) {
      return tl::unexpected("expected " + std::to_string(count_ * datatype_.bytes) +
                            " bytes of data, found " + std::to_string(bytes.size()));
    }
    for (std::size_t i = 0; i < count_; ++i) {
      if (auto read = ReadElement(bytes.substr(i * datatype_.bytes, datatype_.bytes)); !read) {
        return read;
      }
    }
    return {};
  }

 private:
  bool ReadArray(JsonReader& json, JsonReader::Value array) {
    return json.ReadArray(array, [&](JsonReader::Value item) {
      if (JsonReader::IsArray(item)) return ReadArray(json, item);
      if (elements_->size() == count_) return json.Fail("more values than the shape has");
      return ReadScalar(json, item);
    });
  }

  bool ReadScalar(JsonReader& json, JsonReader::Value item) {
    if (JsonReader::IsNull(item)) {
      elements_->push_back(Value::Null());
      return true;
    }
    return WithElementType(datatype_.base, [&]<typename T>(std::type_identity<T>) {
      if constexpr (std::is_same_v<T, std::string_view>) {
        if (!json.Read(item, texts_->emplace_back())) return false;
        elements_->push_back(Value::Text(texts_->back()));
        return true;
      } else if constexpr (std::is_floating_point_v<T>) {
        T x = 0;
        if (!ReadNonFinite(item, x) && !json.Read(item, x)) return false;
        elements_->push_back(Value::Scalar(x));
        return true;
      } else if constexpr (std::is_same_v<T, bool>) {
        bool x = false;
        if (!json.Read(item, x)) return false;
        elements_->push_back(Value::Scalar(x));
        return true;
      } else {
        std::int64_t x = 0;
        if (!json.Read(item, x)) return false;
        const std::int64_t min = datatype_.is_signed ? std::numeric_limits<T>::min() : 0;
        const std::int64_t max =
            datatype_.is_signed ? std::numeric_limits<T>::max() : UnsignedMax(datatype_);
        if (x < min || x > max) {
          return json.Fail(std::to_string(x) + " is no " + std::string(datatype_.name));
        }
        elements_->push_back(Value::Scalar(static_cast<T>(x)));
        return true;
      }
    });
  }

  // As Python writes them.
  template <typename T>
  static bool ReadNonFinite(JsonReader::Value& item, T& x) {
    const std::string_view token = JsonReader::Token(item);
    if (token == "NaN") x = std::numeric_limits<T>::quiet_NaN();
    if (token == "Infinity") x = std::numeric_limits<T>::infinity();
    if (token == "-Infinity") x = -std::numeric_limits<T>::infinity();
    return !std::isfinite(x);
  }

  tl::expected<void, std::string> ReadElement(std::string_view bytes) {
    return WithElementType(
        datatype_.base, [&]<typename T>(std::type_identity<T>) -> tl::expected<void, std::string> {
          if constexpr (std::is_same_v<T, bool>) {
            if (bytes[0] != 0 && bytes[0] != 1) {
              return tl::unexpected<std::string>("a BOOL is a byte of 0 or 1");
            }
            elements_->push_back(Value::Scalar(bytes[0] == 1));
          } else if constexpr (!std::is_same_v<T, std::string_view>) {
            T x{};  // of an unsigned type the upper half stays 0
            std::memcpy(&x, bytes.data(), bytes.size());
            elements_->push_back(Value::Scalar(x));
          }
          return {};
        });
  }

  tl::expected<void, std::string> ReadTexts(std::string_view bytes) {
    while (!bytes.empty()) {
      std::uint32_t size = 0;
      if (bytes.size() < sizeof(size)) return tl::unexpected<std::string>("the data is cut off");
      std::memcpy(&size, bytes.data(), sizeof(size));
      bytes.remove_prefix(sizeof(size));
      if (bytes.size() < size) return tl::unexpected<std::string>("the data is cut off");
      const std::string_view text = bytes.substr(0, size);
      bytes.remove_prefix(size);
      if (!IsUtf8(text)) {
        return tl::unexpected("expected UTF-8, found other bytes in value " +
                              std::to_string(elements_->size() + 1));
      }
      if (elements_->size() == count_) {
        return tl::unexpected<std::string>("more values than the shape has");
      }
      elements_->push_back(Value::Text(text));
    }
    return CheckCount();
  }

  tl::expected<void, std::string> CheckCount() const {
    if (elements_->size() == count_) return {};
    return tl::unexpected("expected " + std::to_string(count_) + " values for the shape, found " +
                          std::to_string(elements_->size()));
  }

  const Datatype& datatype_;
  const std::size_t count_;
  std::vector<Value>* elements_;
  std::deque<std::string>* texts_;
};

}  // namespace

std::string_view V2NameOf(BasicType base) noexcept {
  if (base == BasicType::kByteString) return "BYTES";
  return std::ranges::find(kDatatypes, base, &Datatype::base)->name;
}

std::optional<std::vector<std::int64_t>> V2ShapeOf(const DataType& type) {
  std::vector<std::int64_t> shape = {-1};
  if (type.shape == Shape::kMap) return std::nullopt;
  if (type.shape == Shape::kList) shape.push_back(-1);
  if (type.shape == Shape::kTensor) {
    if (!type.dimensions) {
      shape.push_back(-1);
    } else {
      shape.insert(shape.end(), type.dimensions->begin(), type.dimensions->end());
    }
  }
  return shape;
}

tl::expected<V2Column, std::string> V2Column::Read(const V2Input& input, const DataType& wanted) {
  const auto refuse = [&](std::string what) {
    return tl::unexpected("input " + Quote(input.name) + ": " + std::move(what));
  };
  const Datatype* const datatype = FindDatatype(input.datatype);
  if (datatype == nullptr) {
    std::vector<std::string_view> names;
    std::string all;
    for (const Datatype& each : kDatatypes) {
      names.push_back(each.name);
      all.append(all.empty() ? "" : ", ").append(each.name);
    }
    const std::string meant = DidYouMean(input.datatype, names);
    return refuse("expected a datatype of " + all + ", found " + Quote(input.datatype) + meant);
  }
  if (wanted.shape == Shape::kMap) return refuse("a map cannot be said in a tensor");
  if (input.shape.empty() || input.shape.front() < 1) {
    return refuse("expected a shape [ROWS, ...], found " + Text(input.shape));
  }
  if (input.shape.size() > 1 + kTensorRankMax) {
    return refuse("expected a shape of at most " + std::to_string(1 + kTensorRankMax) +
                  " sizes, found " + std::to_string(input.shape.size()));
  }
  V2Column column;
  column.row_count_ = static_cast<std::size_t>(input.shape.front());
  std::int64_t count = 1;
  for (const std::int64_t size : input.shape) {
    if (size < 0 || size > kElementsMax || count * size > kElementsMax) {
      return refuse("the shape " + Text(input.shape) + " is too large; send at most " +
                    std::to_string(kElementsMax) + " values");
    }
    count *= size;
  }
  for (std::size_t i = 1; i < input.shape.size(); ++i) {
    column.dimensions_.push_back(static_cast<std::int32_t>(input.shape[i]));
    column.row_size_ *= static_cast<std::size_t>(input.shape[i]);
  }
  // Rows that take no bytes could be as many as they like.
  if (column.row_size_ == 0 && column.row_count_ > 1) {
    return refuse("expected sizes of at least 1, found " + Text(input.shape) +
                  "; send rows without values one by one");
  }
  column.field_ = {input.name, DataType::Scalar(datatype->base)};
  if (wanted.shape == Shape::kScalar) {
    if (column.row_size_ != 1) {
      return refuse("expected the shape [ROWS] or [ROWS, 1], found " + Text(input.shape));
    }
  } else if (wanted.shape == Shape::kList) {
    if (column.dimensions_.size() != 1) {
      return refuse("expected the shape [ROWS, SIZE], found " + Text(input.shape));
    }
    column.field_.type = DataType::List(datatype->base);
  } else {
    if (column.dimensions_.empty()) {
      return refuse("expected the shape [ROWS, SIZE], found " + Text(input.shape));
    }
    column.field_.type = DataType::Tensor(datatype->base, column.dimensions_);
  }
  if (!input.binary_bytes && input.json.empty()) {
    return refuse("expected \"data\", or the parameter binary_data_size");
  }
  // A value takes a byte at least; the shape alone takes no memory.
  const std::size_t sent = input.binary_bytes ? input.binary.size() : input.json.size();
  column.elements_.reserve(std::min(static_cast<std::size_t>(count), sent));
  DataReader reader(*datatype, static_cast<std::size_t>(count), &column.elements_, &column.texts_);
  const auto read =
      input.binary_bytes ? reader.ReadBytes(input.binary) : reader.ReadJson(input.json);
  if (!read) return refuse(read.error());
  const bool has_null = std::ranges::any_of(column.elements_, &Value::null);
  if (has_null && wanted.shape != Shape::kScalar) return refuse("null stands within a row");
  return column;
}

Value V2Column::Row(std::size_t row, Arena& arena) const {
  const Value* const first = elements_.data() + row * row_size_;
  if (field_.type.shape == Shape::kScalar) return *first;
  return WithElementType(field_.type.base, [&]<typename T>(std::type_identity<T>) {
    T* const stored = arena.Allocate<T>(row_size_);
    for (std::size_t i = 0; i < row_size_; ++i) stored[i] = first[i].As<T>();
    const auto count = static_cast<std::uint32_t>(row_size_);
    if (field_.type.shape == Shape::kList) return Value::List(stored, count);
    Value value = Value::Dense(stored, count);
    value.rank = static_cast<std::uint8_t>(dimensions_.size());
    if (value.rank != 1) value.dimensions = dimensions_.data();
    return value;
  });
}

}  // namespace pillion
