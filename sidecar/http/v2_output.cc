#include "sidecar/http/v2_output.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "base/base64.h"
#include "base/quote.h"

namespace pillion {

V2Output::V2Output(Field field) : field_(std::move(field)) {}

tl::expected<void, std::string> V2Output::Add(const Value& value, std::size_t row,
                                              std::size_t* room) {
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
  std::size_t size = 1;
  for (const std::int32_t dimension : *dimensions_) {
    size *= static_cast<std::size_t>(dimension);
    if (size > *room) break;
  }
  if (size > *room) {
    return refuse("the answer would hold more than " + std::to_string(kV2ElementsMax) +
                  " values; send fewer rows, or name fewer outputs in the request");
  }
  *room -= size;
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
