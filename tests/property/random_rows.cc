#include "tests/property/random_rows.h"

#include <cmath>
#include <limits>
#include <string_view>
#include <type_traits>

namespace pillion::testing {
namespace {

constexpr std::uint32_t kElementsMax = 4096;  // of what a declared size may ask for

template <typename T>
T* Keep(std::vector<T> elements, RandomRow& row) {
  // Never a null pointer, so that an empty list is a list.
  if (elements.capacity() == 0) elements.reserve(1);
  auto storage = std::make_shared<std::vector<T>>(std::move(elements));
  row.storage.push_back(storage);
  return storage->data();
}

}  // namespace

template <typename T>
T RowMaker::Element() {
  if constexpr (std::is_same_v<T, std::string_view>) {
    static constexpr std::string_view kTexts[] = {
        "",   "null",     "a",    "b",    "c",   "hello",           "Hello World", "98103",
        "1",  "0",        "2.5",  "true", "NaN", "0x1p3",           "1e400",       " 7 ",
        "ΑΣ", "İ\u00a0x", "日本", "x",    "y",   "\xf0\x9f\x98\x80"};
    return kTexts[random_() % std::size(kTexts)];
  } else if constexpr (std::is_same_v<T, bool>) {
    return Chance(50);
  } else if constexpr (std::is_floating_point_v<T>) {
    static constexpr T kOdd[] = {std::numeric_limits<T>::quiet_NaN(),
                                 std::numeric_limits<T>::infinity(),
                                 -std::numeric_limits<T>::infinity(),
                                 std::numeric_limits<T>::max(),
                                 std::numeric_limits<T>::denorm_min(),
                                 T(-0.0),
                                 T(-1),
                                 T(1e10)};
    if (Chance(8)) return kOdd[random_() % std::size(kOdd)];
    if (Chance(50)) return static_cast<T>(random_() % 5);
    return static_cast<T>(std::ldexp(static_cast<double>(random_() >> 11), -50)) - T(4);
  } else {
    if (Chance(80)) return static_cast<T>(random_() % 6);
    return static_cast<T>(random_());
  }
}

template <typename T>
const T* RowMaker::Elements(std::size_t count, RandomRow& row) {
  if constexpr (std::is_same_v<T, bool>) {
    auto storage = std::shared_ptr<bool[]>(new bool[count + 1]);
    for (std::size_t i = 0; i < count; ++i) storage[i] = Element<bool>();
    row.storage.push_back(storage);
    return storage.get();
  } else {
    std::vector<T> elements;
    for (std::size_t i = 0; i < count; ++i) elements.push_back(Element<T>());
    return Keep(std::move(elements), row);
  }
}

std::uint32_t RowMaker::Length() { return static_cast<std::uint32_t>(random_() % 7); }

template <typename T>
Value RowMaker::MakeSparse(std::int32_t size, RandomRow& row) {
  const std::uint32_t count = Length();
  std::vector<std::int32_t> indices;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::int32_t step = static_cast<std::int32_t>(random_() % 3) + 1;
    indices.push_back(indices.empty() ? step - 1 : indices.back() + step);
    while (size > 0 && indices.size() > 1 && indices.back() >= size) indices.pop_back();
  }
  if (!indices.empty() && Chance(5)) {
    indices[random_() % indices.size()] = static_cast<std::int32_t>(random_());
  }
  const auto stored = static_cast<std::uint32_t>(indices.size());
  const std::int32_t* kept = Keep(std::move(indices), row);
  return Value::Sparse(kept, Elements<T>(stored, row), stored, size);
}

template <typename T>
Value RowMaker::MakeTensor(const DataType& type, RandomRow& row) {
  std::uint32_t size = Length();
  if (type.dimensions && type.dimensions->size() == 1 && type.dimensions->front() >= 0 &&
      Chance(92)) {
    size = std::min(static_cast<std::uint32_t>(type.dimensions->front()), kElementsMax);
  }
  if (Chance(30)) {
    const std::int32_t sparse_size =
        Chance(3) ? std::numeric_limits<std::int32_t>::max() : static_cast<std::int32_t>(size);
    return MakeSparse<T>(sparse_size, row);
  }
  Value value = Value::Dense(Elements<T>(size, row), size);
  if (Chance(3)) {
    value.rank = 2;
    value.dimensions = Keep(std::vector<std::int32_t>{static_cast<std::int32_t>(size), 1}, row);
  }
  return value;
}

Value RowMaker::Make(const DataType& type, RandomRow& row) {
  if (Chance(3)) return Value::Null();
  return WithElementType(type.base, [&]<typename T>(std::type_identity<T>) {
    if (type.shape == Shape::kTensor) return MakeTensor<T>(type, row);
    const std::uint32_t count = Length();
    if (type.shape == Shape::kList) return Value::List(Elements<T>(count, row), count);
    if (type.shape == Shape::kScalar) {
      if constexpr (std::is_same_v<T, std::string_view>)
        return Value::Text(Element<T>());
      else
        return Value::Scalar(Element<T>());
    }
    Value map = Value::List(Elements<T>(count, row), count);
    WithElementType(type.key,
                    [&]<typename K>(std::type_identity<K>) { map.keys = Elements<K>(count, row); });
    return map;
  });
}

RandomRow RowMaker::Make(const Schema& columns) {
  RandomRow row;
  for (const Field& column : columns) row.values.push_back(Make(column.type, row));
  return row;
}

}  // namespace pillion::testing
