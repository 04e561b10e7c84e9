#include "sidecar/http/v2_tensor.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "base/base64.h"
#include "base/json_reader.h"
#include "base/quote.h"
#include "base/suggest.h"
#include "base/utf8.h"

namespace pillion {
namespace {

static_assert(std::endian::native == std::endian::little, "raw tensors are little-endian");

constexpr std::int64_t kElementsMax = std::int64_t{1} << 26;

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
    if (!datatype_.is_signed) {
      std::uint32_t wide = 0;
      std::memcpy(&wide, bytes.data(), bytes.size());
      switch (datatype_.base) {
        case BasicType::kShort:
          elements_->push_back(Value::Scalar(static_cast<std::int16_t>(wide)));
          return {};
        case BasicType::kInt:
          elements_->push_back(Value::Scalar(static_cast<std::int32_t>(wide)));
          return {};
        default: elements_->push_back(Value::Scalar(std::int64_t{wide})); return {};
      }
    }
    return WithElementType(
        datatype_.base, [&]<typename T>(std::type_identity<T>) -> tl::expected<void, std::string> {
          if constexpr (std::is_same_v<T, bool>) {
            if (bytes[0] != 0 && bytes[0] != 1) {
              return tl::unexpected<std::string>("a BOOL is a byte of 0 or 1");
            }
            elements_->push_back(Value::Scalar(bytes[0] == 1));
          } else if constexpr (!std::is_same_v<T, std::string_view>) {
            T x;
            std::memcpy(&x, bytes.data(), sizeof(x));
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
      if (!IsUtf8(text)) return tl::unexpected("expected UTF-8, found " + Quote(text));
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
  V2Column column;
  column.row_count_ = static_cast<std::size_t>(input.shape.front());
  std::int64_t count = 1;
  for (const std::int64_t size : input.shape) {
    if (size < 0 || size > kElementsMax || count * size > kElementsMax) {
      return refuse("the shape " + Text(input.shape) + " is too large");
    }
    count *= size;
  }
  for (std::size_t i = 1; i < input.shape.size(); ++i) {
    column.dimensions_.push_back(static_cast<std::int32_t>(input.shape[i]));
    column.row_size_ *= static_cast<std::size_t>(input.shape[i]);
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
  column.elements_.reserve(static_cast<std::size_t>(count));
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

V2Output::V2Output(Field field) : field_(std::move(field)) {}

tl::expected<void, std::string> V2Output::Add(const Value& value, std::size_t row) {
  const auto refuse = [&](const std::string& what) {
    return tl::unexpected("output " + Quote(field_.name) + ", row " + std::to_string(row) + ": " +
                          what);
  };
  ++row_count_;
  std::vector<std::int32_t> dimensions;
  if (field_.type.shape == Shape::kList && !value.null) {
    dimensions.push_back(static_cast<std::int32_t>(value.count));
  } else if (field_.type.shape == Shape::kTensor && !value.null) {
    dimensions.assign(value.Dimensions().begin(), value.Dimensions().end());
  }
  if (field_.type.shape == Shape::kScalar) {
    if (!dimensions_) dimensions_.emplace();
  } else if (value.null) {
    return refuse("it is null, which a tensor cannot hold; name the other outputs in the request");
  } else if (!dimensions_) {
    dimensions_ = std::move(dimensions);
  } else if (*dimensions_ != dimensions) {
    return refuse(
        "its size differs from the rows before, which a tensor cannot hold; send the rows one by "
        "one, or name the other outputs in the request");
  }
  WithElementType(field_.type.base, [&]<typename T>(std::type_identity<T>) { Keep<T>(value); });
  return {};
}

template <typename T>
void V2Output::Keep(const Value& value) {
  const auto keep = [&](const T& x) {
    if constexpr (std::is_same_v<T, std::string_view>) {
      elements_.push_back(Value::Text(texts_.emplace_back(x)));
    } else {
      elements_.push_back(Value::Scalar(x));
    }
  };
  if (field_.type.shape == Shape::kScalar) {
    value.null ? elements_.push_back(Value::Null()) : keep(value.As<T>());
  } else if (!value.sparse) {
    for (const T& x : value.Elements<T>()) keep(x);
  } else {
    std::size_t size = 1;
    for (const std::int32_t dimension : value.Dimensions()) {
      size *= static_cast<std::size_t>(dimension);
    }
    const std::size_t first = elements_.size();
    for (std::size_t i = 0; i < size; ++i) keep(T{});
    for (std::uint32_t i = 0; i < value.count; ++i) {
      std::size_t at = 0;
      for (std::uint8_t k = 0; k < value.rank; ++k) {
        at = at * static_cast<std::size_t>(value.Dimensions()[k]) +
             static_cast<std::size_t>(value.indices[std::size_t{i} * value.rank + k]);
      }
      if constexpr (std::is_same_v<T, std::string_view>) {
        elements_[first + at].text = texts_.emplace_back(value.Elements<T>()[i]);
      } else {
        elements_[first + at].As<T>() = value.Elements<T>()[i];
      }
    }
  }
}

tl::expected<void, std::string> V2Output::Write(JsonText& json, std::string* bytes) const {
  json.Key("name");
  json.String(field_.name);
  json.Key("datatype");
  json.String(V2NameOf(field_.type.base));
  json.Key("shape");
  json.BeginArray();
  json.Element();
  json.Number(static_cast<std::int64_t>(row_count_));
  for (const std::int32_t size : dimensions_.value_or(std::vector<std::int32_t>())) {
    json.Element();
    json.Number(std::int64_t{size});
  }
  json.EndArray();
  if (bytes == nullptr) {
    json.Key("data");
    WriteJson(json);
    return {};
  }
  const auto null = std::ranges::find(elements_, true, &Value::null);
  if (null != elements_.end()) {
    return tl::unexpected("output " + Quote(field_.name) + ", row " +
                          std::to_string(null - elements_.begin() + 1) +
                          ": it is null, of which binary data knows nothing; ask for it as JSON");
  }
  const std::size_t before = bytes->size();
  WriteBytes(bytes);
  json.Key("parameters");
  json.BeginObject();
  json.Key("binary_data_size");
  json.Number(static_cast<std::int64_t>(bytes->size() - before));
  json.EndObject();
  return {};
}

void V2Output::WriteJson(JsonText& json) const {
  json.BeginArray();
  WithElementType(field_.type.base, [&]<typename T>(std::type_identity<T>) {
    for (const Value& element : elements_) {
      json.Element();
      if (element.null) {
        json.Null();
      } else if constexpr (std::is_same_v<T, bool>) {
        json.Boolean(element.boolean);
      } else if constexpr (std::is_same_v<T, std::string_view>) {
        json.String(field_.type.base == BasicType::kByteString ? EncodeBase64(element.text)
                                                               : std::string(element.text));
      } else if constexpr (std::is_integral_v<T>) {
        json.Number(std::int64_t{element.As<T>()});
      } else {
        json.Number(element.As<T>());
      }
    }
  });
  json.EndArray();
}

void V2Output::WriteBytes(std::string* bytes) const {
  WithElementType(field_.type.base, [&]<typename T>(std::type_identity<T>) {
    for (const Value& element : elements_) {
      if constexpr (std::is_same_v<T, std::string_view>) {
        const auto size = static_cast<std::uint32_t>(element.text.size());
        bytes->append(reinterpret_cast<const char*>(&size), sizeof(size)).append(element.text);
      } else {
        const T x = element.As<T>();
        bytes->append(reinterpret_cast<const char*>(&x), sizeof(x));
      }
    }
  });
}

}  // namespace pillion
