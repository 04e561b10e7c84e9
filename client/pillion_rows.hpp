// Rows and answers of pillion.hpp, which includes this.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "pillion.h"

namespace pillion {
namespace client_api {

using Timeout = std::chrono::nanoseconds;

inline std::uint64_t ToNanoseconds(Timeout timeout) {
  return timeout.count() < 0 ? 0 : static_cast<std::uint64_t>(timeout.count());
}

struct Error {
  pillion_code code = PILLION_OK;
  std::string text;                     // all of it in one sentence
  std::uint32_t row = 0;                // of a batch
  std::optional<std::uint32_t> column;  // the input column to blame
  std::string column_name;              // also of a column that is none of the inputs
  std::string stage;                    // that refused the row: "op name"
};

// A value, or why there is none.
template <typename T>
class Result {
 public:
  Result(T value) : value_(std::move(value)) {}      // NOLINT: meant to convert
  Result(Error error) : error_(std::move(error)) {}  // NOLINT
  explicit operator bool() const { return value_.has_value(); }
  T& operator*() & { return *value_; }
  T&& operator*() && { return std::move(*value_); }
  const T& operator*() const& { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  const Error& error() const { return error_; }

 private:
  std::optional<T> value_;
  Error error_;
};

inline Error MakeError(pillion_code code) { return {code, pillion_code_text(code), 0, {}, {}, {}}; }
inline Error MakeError(const pillion_error& error) {
  std::optional<std::uint32_t> column;
  if (error.column >= 0) column = static_cast<std::uint32_t>(error.column);
  return {error.code, error.text, error.row, column, error.column_name, error.stage};
}

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
template <typename T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

// One row of a model's inputs; starts with all columns null. Columns by index, which
// Model::Input() gives once, or by name. The first refusal stays: scoring the row returns it.
class Row {
 public:
  Row(std::shared_ptr<pillion_model> model, pillion_row* row)
      : model_(std::move(model)), row_(row) {}

  template <typename T>
  Row& Set(std::uint32_t column, const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      pillion_set_bool(get(), column, value ? 1 : 0);
    } else if constexpr (std::is_integral_v<T>) {
      pillion_set_long(get(), column, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      pillion_set_double(get(), column, static_cast<double>(value));
    } else if constexpr (std::is_same_v<T, std::vector<double>>) {
      pillion_set_vector(get(), column, value.data(), value.size());
    } else {
      const std::string_view text(value);
      pillion_set_text(get(), column, text.data(), text.size());
    }
    return *this;
  }
  template <typename T>
  Row& Set(const char* column, const T& value) {
    return Set(pillion_row_column(get(), column), value);
  }
  Row& SetNull(std::uint32_t column) {
    pillion_set_null(get(), column);
    return *this;
  }
  Row& SetNull(const char* column) { return SetNull(pillion_row_column(get(), column)); }
  Row& SetSparse(std::uint32_t column, const std::vector<std::int32_t>& indices,
                 const std::vector<double>& values, std::int32_t size) {
    const std::size_t count = indices.size() < values.size() ? indices.size() : values.size();
    pillion_set_sparse(get(), column, indices.data(), values.data(), count, size);
    return *this;
  }
  Row& SetTexts(std::uint32_t column, const std::vector<std::string>& texts) {
    std::vector<const char*> pointers;
    for (const std::string& text : texts) pointers.push_back(text.c_str());
    pillion_set_texts(get(), column, pointers.data(), pointers.size());
    return *this;
  }
  void Clear() { pillion_row_clear(get()); }
  std::string fault() const { return pillion_row_fault(row_.get()); }  // "" if nothing was refused
  Error error() const {                                                // the same with its parts
    pillion_error error = PILLION_ERROR_INIT;
    pillion_row_error(get(), &error);
    return MakeError(error);
  }
  pillion_row* get() { return row_.get(); }
  const pillion_row* get() const { return row_.get(); }

 private:
  std::shared_ptr<pillion_model> model_;
  Handle<pillion_row, pillion_row_free> row_;
};

// The answer to a row. May be used for one call after the other.
class Answer {
 public:
  Answer(std::shared_ptr<pillion_model> model, pillion_answer* answer)
      : model_(std::move(model)), answer_(answer) {}

  pillion_code code() const { return pillion_answer_code(answer_.get()); }
  Error error() const {  // why the code is not PILLION_OK
    pillion_error error = PILLION_ERROR_INIT;
    pillion_answer_error(answer_.get(), &error);
    return MakeError(error);
  }
  // Why a row of a batch, whose answer this is, has none.
  Error error(std::uint32_t row) const {
    pillion_error error = PILLION_ERROR_INIT;
    pillion_answer_row_error(answer_.get(), row, &error);
    return MakeError(error);
  }
  std::uint32_t version() const { return pillion_answer_version(answer_.get()); }
  bool IsNull(std::uint32_t column) const { return pillion_is_null(answer_.get(), column) != 0; }

  // Nothing where the column is null, unknown or of another type.
  std::optional<double> Double(std::uint32_t column) const {
    return Get<double>(pillion_get_double, column);
  }
  std::optional<std::int64_t> Long(std::uint32_t column) const {
    return Get<std::int64_t>(pillion_get_long, column);
  }
  std::optional<bool> Bool(std::uint32_t column) const {
    const auto value = Get<int>(pillion_get_bool, column);
    return value ? std::optional<bool>(*value != 0) : std::nullopt;
  }
  // Valid until the answer is used for another call.
  std::optional<std::string_view> Text(std::uint32_t column) const {
    const char* text = nullptr;
    std::size_t bytes = 0;
    if (pillion_get_text(answer_.get(), column, &text, &bytes) != PILLION_OK) return std::nullopt;
    return std::string_view(text, bytes);
  }
  std::optional<std::vector<double>> Vector(std::uint32_t column) const {
    std::size_t count = 0;
    if (pillion_get_vector(answer_.get(), column, nullptr, 0, &count) != PILLION_OK) {
      return std::nullopt;
    }
    std::vector<double> values(count);
    pillion_get_vector(answer_.get(), column, values.data(), count, &count);
    return values;
  }
  std::optional<double> Double(const char* column) const { return Double(Column(column)); }
  std::optional<std::int64_t> Long(const char* column) const { return Long(Column(column)); }
  std::optional<bool> Bool(const char* column) const { return Bool(Column(column)); }
  std::optional<std::string_view> Text(const char* column) const { return Text(Column(column)); }
  std::optional<std::vector<double>> Vector(const char* column) const {
    return Vector(Column(column));
  }
  pillion_answer* get() { return answer_.get(); }

 private:
  template <typename T>
  std::optional<T> Get(pillion_code (*getter)(const pillion_answer*, std::uint32_t, T*),
                       std::uint32_t column) const {
    T value{};
    if (getter(answer_.get(), column, &value) != PILLION_OK) return std::nullopt;
    return value;
  }
  std::uint32_t Column(const char* name) const {
    return static_cast<std::uint32_t>(pillion_find_output(model_.get(), name));
  }
  std::shared_ptr<pillion_model> model_;
  Handle<pillion_answer, pillion_answer_free> answer_;
};

}  // namespace client_api
}  // namespace pillion
