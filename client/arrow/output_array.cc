#include "client/arrow/output_array.h"

#include <array>
#include <cstring>
#include <limits>
#include <utility>

namespace pillion {
namespace {

constexpr std::size_t kOffsetMax = std::numeric_limits<std::int32_t>::max();

void AppendBit(std::vector<std::uint8_t>* bits, std::int64_t at, bool value) {
  if ((at & 7) == 0) bits->push_back(0);
  if (value) bits->back() = static_cast<std::uint8_t>(bits->back() | 1U << (at & 7));
}

// Not null, as some consumers ask of buffers without a byte in them too.
alignas(64) constexpr std::array<std::byte, 64> kNothing{};

template <typename T>
const void* DataOf(const std::vector<T>& values) {
  return values.empty() ? static_cast<const void*>(kNothing.data()) : values.data();
}

// What private_data points to. Children are structs of their own, whose memory lies here, as the
// interface has it: a consumer may have moved them away, and released NULL is what it leaves.
template <typename Struct>
struct Children {
  std::vector<Struct> structs;
  std::vector<Struct*> pointers;

  explicit Children(std::size_t count) : structs(count), pointers(count) {
    for (std::size_t i = 0; i < count; ++i) pointers[i] = &structs[i];
  }
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;
  ~Children() {
    for (Struct& child : structs) {
      if (child.release != nullptr) child.release(&child);
    }
  }
};

struct ArrayOwner {
  explicit ArrayOwner(std::size_t child_count) : children(child_count) {}

  std::vector<std::uint8_t> validity;
  std::vector<std::byte> data;
  std::vector<std::int32_t> offsets;
  std::array<const void*, 3> buffers{};
  Children<ArrowArray> children;
};

struct SchemaOwner {
  explicit SchemaOwner(std::size_t child_count) : children(child_count) {}

  std::string format;
  std::string name;
  Children<ArrowSchema> children;
};

template <typename Owner, typename Struct>
void Release(Struct* released) {
  delete static_cast<Owner*>(released->private_data);
  released->release = nullptr;
}

void Give(std::unique_ptr<ArrayOwner> owner, std::int64_t length, std::int64_t null_count,
          std::int64_t buffer_count, ArrowArray* array) {
  *array = {};
  array->length = length;
  array->null_count = null_count;
  array->n_buffers = buffer_count;
  array->buffers = owner->buffers.data();
  array->n_children = static_cast<std::int64_t>(owner->children.pointers.size());
  array->children = array->n_children == 0 ? nullptr : owner->children.pointers.data();
  array->release = Release<ArrayOwner, ArrowArray>;
  array->private_data = owner.release();
}

void Give(std::unique_ptr<SchemaOwner> owner, std::int64_t flags, ArrowSchema* schema) {
  *schema = {};
  schema->format = owner->format.c_str();
  schema->name = owner->name.c_str();
  schema->flags = flags;
  schema->n_children = static_cast<std::int64_t>(owner->children.pointers.size());
  schema->children = schema->n_children == 0 ? nullptr : owner->children.pointers.data();
  schema->release = Release<SchemaOwner, ArrowSchema>;
  schema->private_data = owner.release();
}

}  // namespace

const char* ArrowFormatOf(BasicType base) {
  switch (base) {
    case BasicType::kBoolean: return "b";
    case BasicType::kByte: return "c";
    case BasicType::kShort: return "s";
    case BasicType::kInt: return "i";
    case BasicType::kLong: return "l";
    case BasicType::kFloat: return "f";
    case BasicType::kDouble: return "g";
    case BasicType::kString: return "u";
    case BasicType::kByteString: return "z";
  }
  return "n";
}

OutputArray::OutputArray(BasicType base) : base_(base) {
  if (IsText(base)) offsets_.push_back(0);
}

OutputArray OutputArray::ListsOf(BasicType base) {
  OutputArray lists(base);
  lists.elements_ = std::make_unique<OutputArray>(base);
  lists.offsets_.assign(1, 0);
  return lists;
}

void OutputArray::AppendValid(std::int64_t count) {
  for (std::int64_t i = 0; null_count_ != 0 && i < count; ++i) {
    AppendBit(&validity_, length_ + i, true);
  }
  length_ += count;
}

void OutputArray::AppendZeros(std::int64_t count) {
  const auto added = static_cast<std::size_t>(count);
  if (!offsets_.empty()) {
    offsets_.resize(offsets_.size() + added, offsets_.back());
  } else if (base_ == BasicType::kBoolean) {
    data_.resize(static_cast<std::size_t>(length_ + count + 7) / 8);
  } else {
    data_.resize(data_.size() + added * ElementBytes(base_));
  }
  AppendValid(count);
}

void OutputArray::AppendNull() {
  if (null_count_++ == 0) {
    for (std::int64_t i = 0; i < length_; ++i) AppendBit(&validity_, i, true);
  }
  AppendZeros(1);
  validity_.back() = static_cast<std::uint8_t>(validity_.back() & ~(1U << ((length_ - 1) & 7)));
}

void OutputArray::AppendBoolean(bool value) {
  if ((length_ & 7) == 0) data_.push_back({});
  if (value) data_.back() |= std::byte{1} << (length_ & 7);
  AppendValid();
}

void OutputArray::AppendNumbers(const void* values, std::size_t bytes, std::int64_t count) {
  const auto* from = static_cast<const std::byte*>(values);
  data_.insert(data_.end(), from, from + static_cast<std::size_t>(count) * bytes);
  AppendValid(count);
}

bool OutputArray::AppendOffset(std::size_t end) {
  if (end > kOffsetMax) return false;
  offsets_.push_back(static_cast<std::int32_t>(end));
  AppendValid();
  return true;
}

bool OutputArray::AppendText(std::string_view text) {
  const auto* from = reinterpret_cast<const std::byte*>(text.data());
  if (!AppendOffset(data_.size() + text.size())) return false;
  data_.insert(data_.end(), from, from + text.size());
  return true;
}

bool OutputArray::CloseList() {
  return AppendOffset(static_cast<std::size_t>(elements_->length()));
}

void OutputArray::Give(ArrowArray* array) && {
  auto owner = std::make_unique<ArrayOwner>(is_list() ? 1 : 0);
  owner->validity = std::move(validity_);
  owner->data = std::move(data_);
  owner->offsets = std::move(offsets_);
  owner->buffers[0] = null_count_ == 0 ? nullptr : owner->validity.data();
  std::int64_t buffer_count = 2;
  if (owner->offsets.empty()) {
    owner->buffers[1] = DataOf(owner->data);
  } else {
    owner->buffers[1] = owner->offsets.data();
    owner->buffers[2] = DataOf(owner->data);
    buffer_count = is_list() ? 2 : 3;
  }
  if (is_list()) std::move(*elements_).Give(owner->children.structs.data());
  pillion::Give(std::move(owner), length_, null_count_, buffer_count, array);
}

void GiveStruct(std::vector<OutputArray> columns, std::int64_t length, ArrowArray* array) {
  auto owner = std::make_unique<ArrayOwner>(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::move(columns[i]).Give(&owner->children.structs[i]);
  }
  Give(std::move(owner), length, 0, 1, array);
}

void GiveStructSchema(const std::vector<OutputField>& fields, ArrowSchema* schema) {
  auto owner = std::make_unique<SchemaOwner>(fields.size());
  owner->format = "+s";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const OutputField& field = fields[i];
    const bool list = field.list;
    auto child = std::make_unique<SchemaOwner>(list ? 1 : 0);
    child->name = field.name;
    child->format = list ? "+l" : field.format;
    if (list) {
      auto element = std::make_unique<SchemaOwner>(0);
      element->name = "item";
      element->format = field.format;
      Give(std::move(element), 0, child->children.structs.data());
    }
    Give(std::move(child), field.nullable ? ARROW_FLAG_NULLABLE : 0, &owner->children.structs[i]);
  }
  Give(std::move(owner), 0, schema);
}

}  // namespace pillion
