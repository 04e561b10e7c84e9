// MLeap's leap frame in binary. The number of rows stands in front of them, so they are held back
// until all are there.
#include <bit>
#include <cstring>
#include <limits>
#include <string>

#include "sidecar/table/leap_schema.h"
#include "sidecar/table/readers.h"

namespace pillion::internal {
namespace {

template <typename T>
void Append(T x, std::string& out) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    Append(static_cast<std::int32_t>(x.size()), out);
    out += x;
  } else {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &x, sizeof x);
    static_assert(std::endian::native == std::endian::little);
    std::reverse(bytes, bytes + sizeof(T));
    out.append(bytes, sizeof bytes);
  }
}

template <typename T>
void AppendElements(const Value& value, std::string& out) {
  Append(static_cast<std::int32_t>(value.count), out);
  for (const T& element : value.Elements<T>()) Append(element, out);
}

template <typename T>
void AppendTensor(const Value& value, std::string& out) {
  Append(static_cast<std::uint16_t>(value.sparse), out);
  Append(std::uint16_t{value.rank}, out);
  for (const std::int32_t size : value.Dimensions()) Append(size, out);
  AppendElements<T>(value, out);
  if (!value.sparse) return;
  Append(static_cast<std::int32_t>(value.count), out);
  for (std::uint32_t i = 0; i < value.count; ++i) {
    Append(std::uint16_t{value.rank}, out);
    for (std::size_t k = 0; k < value.rank; ++k) {
      Append(value.indices[std::size_t{i} * value.rank + k], out);
    }
  }
}

void AppendCell(const Value& value, const DataType& type, std::string& out) {
  if (type.nullable) {
    Append(!value.null, out);
    if (value.null) return;
  }
  WithElementType(type.base, [&]<typename T>(std::type_identity<T>) {
    switch (type.shape) {
      case Shape::kScalar: return Append(value.As<T>(), out);
      case Shape::kList: return AppendElements<T>(value, out);
      case Shape::kTensor: return AppendTensor<T>(value, out);
      case Shape::kMap: return;  // refused by Begin
    }
  });
}

class LeapBinaryWriter final : public RowSink {
 public:
  explicit LeapBinaryWriter(std::ostream& out) : out_(out) {}

  Result<void> Begin(const TableHead& head) override {
    head_ = head;
    for (const Field& field : head.columns) {
      if (field.type.shape != Shape::kMap) continue;
      return Fail(LoadCode::kBadSchema, "column '" + field.name + "'",
                  "is a map, which MLeap's binary form cannot hold");
    }
    return {};
  }

  Result<void> Add(std::span<const Value> row) override {
    if (row_count_ == std::numeric_limits<std::int32_t>::max()) {
      return Fail(LoadCode::kOverLimit, "output", "more rows than MLeap's binary form can hold");
    }
    ++row_count_;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (head_.IsRawJson(i) && !row[i].null) {
        const std::string text = PlainText(row[i].text);
        AppendCell(Value::Text(text), head_.columns[i].type, rows_);
      } else {
        AppendCell(row[i], head_.columns[i].type, rows_);
      }
    }
    return {};
  }

  Result<void> End() override {
    std::string schema;
    JsonText json(schema, JsonStyle::kPretty);
    WriteSchemaJson(head_.columns, json);
    Append(std::string_view(schema), out_.text());
    Append(row_count_, out_.text());
    out_.text() += rows_;
    out_.Flush();
    return {};
  }

 private:
  BufferedText out_;
  TableHead head_;
  std::string rows_;
  std::int32_t row_count_ = 0;
};

}  // namespace

std::unique_ptr<RowSink> MakeLeapBinaryWriter(std::ostream& out) {
  return std::make_unique<LeapBinaryWriter>(out);
}

}  // namespace pillion::internal
