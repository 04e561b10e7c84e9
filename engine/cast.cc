// The casts follow combust/mleap, mleap-core/src/main/scala/ml/combust/mleap/core/types/
// Casting.scala, with what its boxing makes of a null number: a null where the value is a scalar,
// 0 inside a list or a tensor.
#include "engine/cast.h"

#include <algorithm>
#include <string_view>
#include <type_traits>

#include "engine/java/number.h"

namespace pillion {
namespace {

template <typename From>
ScoreCode ToText(From x, std::string_view* to, Arena& arena) noexcept {
  if constexpr (std::is_same_v<From, bool>) {
    *to = x ? "1" : "0";
    return ScoreCode::kOk;
  } else {
    char buffer[kJavaNumberBytesMax];
    using Wide = std::conditional_t<std::is_floating_point_v<From>, From, std::int64_t>;
    const std::size_t size = FormatJavaNumber(static_cast<Wide>(x), buffer);
    char* text = arena.Allocate<char>(size);
    if (text == nullptr) return ScoreCode::kTooLarge;
    std::copy_n(buffer, size, text);
    *to = {text, size};
    return ScoreCode::kOk;
  }
}

ScoreCode TextToBoolean(std::string_view text, bool* to) noexcept {
  *to = true;
  if (text == "true" || text == "yes") return ScoreCode::kOk;
  if (text == "false" || text == "no" || text.empty()) {
    *to = false;
    return ScoreCode::kOk;
  }
  // Digits of other scripts count as digits here, but make no number.
  if (!AllJavaDigits(text)) return ScoreCode::kOk;
  double number = 0;
  if (!ParseJavaNumber(text, &number)) return ScoreCode::kBadNumber;
  *to = number != 0;
  return ScoreCode::kOk;
}

// Sets `to`, or `null` and leaves `to` as it is.
template <typename To, typename From>
ScoreCode CastElement(const From& from, To* to, bool* null, Arena& arena) noexcept {
  if constexpr (std::is_same_v<From, To>) {
    *to = from;
  } else if constexpr (std::is_same_v<To, std::string_view>) {
    return ToText(from, to, arena);
  } else if constexpr (std::is_same_v<From, std::string_view>) {
    if constexpr (std::is_same_v<To, bool>) {
      return TextToBoolean(from, to);
    } else {
      *null = from.empty() || from == "null";
      if (!*null && !ParseJavaNumber(from, to)) return ScoreCode::kBadNumber;
    }
  } else if constexpr (std::is_same_v<To, bool>) {
    *to = from != 0;
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    *to = ToJavaInteger<To>(from);
  } else {
    *to = static_cast<To>(from);
  }
  return ScoreCode::kOk;
}

// Casts `count` elements. `*null`: the last one is a null number, for which 0 stands.
using ElementsCast = ScoreCode (*)(const void* from, std::uint32_t count, void* to, bool* null,
                                   Arena& arena) noexcept;

// All that there is for each pair of types: kernels for each took minutes to compile.
template <typename To, typename From>
ScoreCode CastElements(const void* from, std::uint32_t count, void* to, bool* null,
                       Arena& arena) noexcept {
  for (std::uint32_t i = 0; i < count; ++i) {
    To element{};
    bool is_null = false;
    const ScoreCode code =
        CastElement(static_cast<const From*>(from)[i], &element, &is_null, arena);
    if (code != ScoreCode::kOk) return code;
    static_cast<To*>(to)[i] = element;
    *null = is_null;
  }
  return ScoreCode::kOk;
}

// In memory.
std::size_t Bytes(BasicType base) noexcept {
  return IsText(base) ? sizeof(std::string_view) : ElementBytes(base);
}

// Where a scalar lies in its value.
const void* Place(const Value& scalar, BasicType base) noexcept {
  return IsText(base) ? static_cast<const void*>(&scalar.text) : &scalar.bits;
}
void* Place(Value& scalar, BasicType base) noexcept {
  return IsText(base) ? static_cast<void*>(&scalar.text) : &scalar.bits;
}

// From one base to another.
class BaseCast {
 public:
  BaseCast(BasicType from, BasicType to)
      : from_(from), to_(to), cast_(WithElementType(from, [&](auto from_type) {
          return WithElementType(to, [&](auto to_type) -> ElementsCast {
            return &CastElements<typename decltype(to_type)::type,
                                 typename decltype(from_type)::type>;
          });
        })) {}

  // Of a scalar. `*to`, which was null, stays so for a null number and where there is no cast.
  ScoreCode Scalar(const Value& from, Value* to, Arena& arena) const noexcept {
    return cast_(Place(from, from_), 1, Place(*to, to_), &to->null, arena);
  }
  // The same of element `i` of a tensor.
  ScoreCode Element(const Value& from, std::uint32_t i, Value* to, Arena& arena) const noexcept {
    const auto* element = static_cast<const std::byte*>(from.elements) + i * Bytes(from_);
    return cast_(element, 1, Place(*to, to_), &to->null, arena);
  }
  // Points `*to` at cast elements in the arena.
  ScoreCode Elements(const void* from, std::uint32_t count, const void** to,
                     Arena& arena) const noexcept {
    void* const elements = arena.Allocate<std::uint64_t>((count * Bytes(to_) + 7) / 8);
    if (elements == nullptr) return ScoreCode::kTooLarge;
    *to = elements;
    bool null = false;
    return cast_(from, count, elements, &null, arena);
  }
  ScoreCode ScalarToElements(const Value& from, const void** to, Arena& arena) const noexcept {
    return Elements(Place(from, from_), 1, to, arena);
  }
  bool changes_nothing() const noexcept { return from_ == to_; }

 private:
  BasicType from_;
  BasicType to_;
  ElementsCast cast_;
};

// What changes nothing leaves elements where they are.
ScoreCode CastInPlace(const BaseCast& cast, std::uint32_t count, const void** elements,
                      Arena& arena) noexcept {
  return cast.changes_nothing() ? ScoreCode::kOk : cast.Elements(*elements, count, elements, arena);
}

class ScalarCast final : public Kernel {
 public:
  explicit ScalarCast(const BaseCast& cast) : cast_(cast) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& from = arguments.In(0);
    Value& to = arguments.Out();
    to = Value::Null();
    return from.null ? ScoreCode::kOk : cast_.Scalar(from, &to, arguments.arena());
  }

 private:
  BaseCast cast_;
};

// Rank 0, one element.
class ScalarToTensor final : public Kernel {
 public:
  explicit ScalarToTensor(const BaseCast& cast) : cast_(cast) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& from = arguments.In(0);
    arguments.Out() = Value::Null();
    if (from.null) return ScoreCode::kOk;
    const void* element = nullptr;
    const ScoreCode code = cast_.ScalarToElements(from, &element, arguments.arena());
    if (code == ScoreCode::kOk) arguments.Out() = Value::List(element, 1);
    return code;
  }

 private:
  BaseCast cast_;
};

// Where a sparse tensor stores the entry whose first index is 0, by the search that MLeap does;
// `count`: nowhere.
std::uint32_t FindFirstEntry(const Value& tensor) noexcept {
  std::uint32_t low = 0;
  std::uint32_t high = tensor.count;
  while (low < high) {
    const std::uint32_t middle = low + (high - low - 1) / 2;
    const std::int32_t index =
        tensor.rank == 0 ? 0 : tensor.indices[std::size_t{middle} * tensor.rank];
    if (index == 0) return middle;
    if (index < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return tensor.count;
}

class TensorToScalar final : public Kernel {
 public:
  explicit TensorToScalar(const BaseCast& cast) : cast_(cast) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    const Value& from = arguments.In(0);
    arguments.Out() = Value::Null();
    if (from.null) return ScoreCode::kOk;
    const std::uint32_t entry = from.sparse ? FindFirstEntry(from) : 0;
    if (entry >= from.count) return ScoreCode::kIndexOutOfBounds;
    return cast_.Element(from, entry, &arguments.Out(), arguments.arena());
  }

 private:
  BaseCast cast_;
};

// Lists and tensors into each other.
class SequenceCast final : public Kernel {
 public:
  SequenceCast(const BaseCast& cast, Shape from, Shape to) : cast_(cast), from_(from), to_(to) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    Value value = arguments.In(0);
    arguments.Out() = Value::Null();
    if (value.null) return ScoreCode::kOk;
    if (to_ == Shape::kList && value.sparse) return ScoreCode::kBadShape;
    const ScoreCode code = CastInPlace(cast_, value.count, &value.elements, arguments.arena());
    if (code != ScoreCode::kOk) return code;
    if (from_ == Shape::kList && to_ == Shape::kTensor) {
      value.rank = 1;
      value.size = static_cast<std::int32_t>(value.count);
    }
    if (to_ == Shape::kList) value = Value::List(value.elements, value.count);
    arguments.Out() = value;
    return ScoreCode::kOk;
  }

 private:
  BaseCast cast_;
  Shape from_;
  Shape to_;
};

class MapCast final : public Kernel {
 public:
  MapCast(const BaseCast& keys, const BaseCast& values) : keys_(keys), values_(values) {}

  ScoreCode Run(Arguments& arguments) const noexcept override {
    Value value = arguments.In(0);
    arguments.Out() = Value::Null();
    if (value.null) return ScoreCode::kOk;
    ScoreCode code = CastInPlace(keys_, value.count, &value.keys, arguments.arena());
    if (code == ScoreCode::kOk) {
      code = CastInPlace(values_, value.count, &value.elements, arguments.arena());
    }
    if (code == ScoreCode::kOk) arguments.Out() = value;
    return code;
  }

 private:
  BaseCast keys_;
  BaseCast values_;
};

bool HasBaseCast(BasicType from, BasicType to) noexcept {
  return from == to || (from != BasicType::kByteString && to != BasicType::kByteString);
}

// Declared dimensions [] or with product 1. The product wraps as Java's does: [-1, -1] counts.
bool DeclaresOneElement(const DataType& tensor) noexcept {
  if (!tensor.dimensions) return false;
  std::uint32_t product = 1;
  for (const std::int32_t dimension : *tensor.dimensions) {
    product *= static_cast<std::uint32_t>(dimension);
  }
  return product == 1;
}

}  // namespace

bool NeedsCast(const DataType& from, const DataType& to) noexcept {
  return from.shape != to.shape || from.base != to.base ||
         (from.shape == Shape::kMap && from.key != to.key);
}

std::unique_ptr<const Kernel> MakeCast(const DataType& from, const DataType& to) {
  if (!HasBaseCast(from.base, to.base)) return nullptr;
  const auto is = [&](Shape from_shape, Shape to_shape) {
    return from.shape == from_shape && to.shape == to_shape;
  };
  const BaseCast cast(from.base, to.base);
  if (is(Shape::kScalar, Shape::kScalar)) return std::make_unique<ScalarCast>(cast);
  if (is(Shape::kScalar, Shape::kTensor)) {
    const bool rank_0 = to.dimensions && to.dimensions->empty();
    return rank_0 ? std::make_unique<ScalarToTensor>(cast) : nullptr;
  }
  if (is(Shape::kTensor, Shape::kScalar)) {
    return DeclaresOneElement(from) ? std::make_unique<TensorToScalar>(cast) : nullptr;
  }
  if (is(Shape::kMap, Shape::kMap)) {
    if (!HasBaseCast(from.key, to.key)) return nullptr;
    return std::make_unique<MapCast>(BaseCast(from.key, to.key), cast);
  }
  const auto is_sequence = [](Shape shape) {
    return shape == Shape::kList || shape == Shape::kTensor;
  };
  if (!is_sequence(from.shape) || !is_sequence(to.shape)) return nullptr;
  return std::make_unique<SequenceCast>(cast, from.shape, to.shape);
}

std::string DescribeMisfit(std::string_view column, const DataType& type, std::string_view op,
                           const Port& port) {
  std::string text = "the column '";
  text.append(column).append("' is ").append(Describe(type)).append(", but ").append(op);
  text.append(" needs ").append(Describe(port.type)).append(" for its input '");
  return text.append(port.name).append("'");
}

}  // namespace pillion
