#include "sidecar/commands/fbs_text.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <set>
#include <span>
#include <utility>

namespace pillion {
namespace {

// Of an element in a vector. "Bytes" is a table: FlatBuffers has no vectors of vectors.
std::string_view WireElement(BasicType base) {
  switch (base) {
    case BasicType::kBoolean: return "bool";
    case BasicType::kByte: return "byte";
    case BasicType::kShort: return "short";
    case BasicType::kInt: return "int";
    case BasicType::kLong: return "long";
    case BasicType::kFloat: return "float";
    case BasicType::kDouble: return "double";
    case BasicType::kString: return "string";
    case BasicType::kByteString: break;
  }
  return "Bytes";
}

// Of a field by itself.
std::string_view WireScalar(BasicType base) {
  return base == BasicType::kByteString ? "[ubyte]" : WireElement(base);
}

std::string_view TypeName(BasicType base) {
  constexpr std::string_view kNames[] = {"",     "Boolean", "Byte",   "Short",  "Int",
                                         "Long", "Float",   "Double", "String", "ByteString"};
  return kNames[static_cast<std::size_t>(base)];
}

std::string TensorName(BasicType base) { return std::string(TypeName(base)) + "Tensor"; }

std::string EntryName(BasicType key, BasicType value) {
  return std::string(TypeName(key)) + "To" + std::string(TypeName(value));
}

// Bytes of the UTF-8 sequence at the start of `text`, or 0.
std::size_t SequenceBytes(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || bytes > text.size()) return 0;
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second >= 0xa0;
  const bool beyond = lead == 0xf4 && second >= 0x90;
  return overlong || surrogate || beyond ? 0 : bytes;
}

// A string of the schema language; bytes that are no UTF-8 become replacement characters.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const std::size_t bytes = SequenceBytes(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (bytes == 0) {
      quoted += "\\uFFFD";
    } else if (first < 0x20 || first == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04X", static_cast<unsigned>(first));
      quoted += escape;
    } else {
      if (first == '"' || first == '\\') quoted += '\\';
      quoted += text.substr(0, bytes);
    }
    text.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  return quoted + '"';
}

// The tables that columns need, each once.
class FixedTables {
 public:
  void Need(const Schema& columns) {
    for (const Field& column : columns) {
      const DataType& type = column.type;
      const bool text_list = type.shape == Shape::kList || type.shape == Shape::kTensor;
      if (text_list && type.base == BasicType::kByteString) bytes_ = true;
      if (type.shape == Shape::kTensor) tensors_.insert(type.base);
      if (type.shape == Shape::kMap) entries_.insert({type.key, type.base});
    }
  }

  std::string Text() const {
    std::string text;
    if (bytes_) text += "table Bytes {\n  value:[ubyte];\n}\n\n";
    for (const BasicType base : tensors_) {
      text += "/// Sparse if indices are present: one tuple of indices per value, ascending.\n";
      text += "/// Without dimensions: dense, rank 1, as long as its values.\n";
      text += "table " + TensorName(base) + " {\n  values:[";
      text += std::string(WireElement(base)) + "];\n  indices:[int];\n  dimensions:[int];\n}\n\n";
    }
    for (const auto& [key, value] : entries_) {
      text += "table " + EntryName(key, value) + " {\n" + EntryField("key", key) +
              EntryField("value", value) + "}\n\n";
    }
    return text;
  }

 private:
  static std::string EntryField(std::string_view name, BasicType base) {
    return "  " + std::string(name) + ":" + std::string(WireScalar(base)) +
           (IsText(base) ? " (required);\n" : ";\n");
  }

  bool bytes_ = false;
  std::set<BasicType> tensors_;
  std::set<std::pair<BasicType, BasicType>> entries_;
};

std::string FieldType(const DataType& type) {
  switch (type.shape) {
    case Shape::kList: return "[" + std::string(WireElement(type.base)) + "]";
    case Shape::kTensor: return TensorName(type.base);
    case Shape::kMap: return "[" + EntryName(type.key, type.base) + "]";
    case Shape::kScalar: break;
  }
  return std::string(WireScalar(type.base)) + (IsText(type.base) ? "" : " = null");
}

// One table of these columns, with their field names.
std::string TableText(std::string_view table, std::span<const Field> columns,
                      std::span<const std::string> names) {
  std::string text = "table " + std::string(table) + " {\n";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    text += "  /// " + Describe(columns[i].type) + "\n";
    text += "  " + names[i] + ":" + FieldType(columns[i].type);
    if (names[i] != columns[i].name) text += " (column: " + Quoted(columns[i].name) + ")";
    text += ";\n";
  }
  return text + "}\n\n";
}

std::string TablesText(const std::string& table, const Schema& columns, const TableLimits& limits) {
  const std::vector<std::string> names = FieldNames(columns);
  const std::size_t part_count = RowLayout::Make(columns, limits)->part_count();
  if (part_count == 0) return TableText(table, columns, names);
  std::string parts;
  std::string whole = "/// Its " + std::to_string(columns.size()) +
                      " columns are more than one table holds. Those of an absent part are null.\n"
                      "table " +
                      table + " {\n";
  for (std::size_t part = 0; part < part_count; ++part) {
    const std::size_t first = part * limits.part_columns;
    const std::size_t count = std::min<std::size_t>(limits.part_columns, columns.size() - first);
    const std::string name = table + "Part" + std::to_string(part);
    parts += TableText(name, std::span(columns).subspan(first, count),
                       std::span(names).subspan(first, count));
    whole += "  part" + std::to_string(part) + ":" + name + ";\n";
  }
  return parts + whole + "}\n\n";
}

std::string Hexadecimal(std::uint64_t number) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(number));
  return digits;
}

}  // namespace

std::string ToFbs(const Schema& inputs, const Schema& outputs, std::string_view model,
                  const TableLimits& limits) {
  FixedTables tables;
  tables.Need(inputs);
  tables.Need(outputs);
  // The same bits; generated code for fewer columns keeps its type.
  const bool many = inputs.size() > std::numeric_limits<std::int16_t>::max();
  return "// Rows and answers of one model as Pillion takes and gives them. An absent field is a\n"
         "// null. Schema hashes: Row " +
         Hexadecimal(HashSchema(inputs)) + ", Answer " + Hexadecimal(HashSchema(outputs)) +
         ".\n\nnamespace pillion." + FbsIdentifier(model, "model") +
         ";\n\n/// The column's name in the model, where the field's differs.\n"
         "attribute \"column\";\n\n" +
         tables.Text() + TablesText("Row", inputs, limits) +
         "/// A batch.\ntable Rows {\n  rows:[Row];\n}\n\n" +
         TablesText("Answer", outputs, limits) +
         "/// Answer i belongs to row i. Where codes[i] is not 0 the row failed, at input column\n"
         "/// columns[i] unless that is " +
         (many ? "65535" : "-1") +
         ", and answer i is empty.\n"
         "table Answers {\n  answers:[Answer];\n  codes:[ubyte];\n  columns:[" +
         (many ? "ushort" : "short") +
         "];\n"
         "  /// Why row i failed, where any row's stage said so.\n"
         "  faults:[Fault];\n}\n\n"
         "/// The stage that refused a row, and its input where the row has no such column.\n"
         "table Fault {\n  op:string;\n  stage:string;\n  column:string;\n}\n\n"
         "root_type Row;\n";
}

}  // namespace pillion
