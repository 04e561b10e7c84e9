#include "sidecar/table/leap_avro_schema.h"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/json_reader.h"
#include "base/quote.h"

namespace pillion::internal {
namespace {

constexpr std::size_t kSignatureCharsMax = 1000;

struct NamedType {
  std::string_view name;
  BasicType base;
};

constexpr std::array<NamedType, 7> kScalars = {{
    {"boolean", BasicType::kBoolean},
    {"int", BasicType::kInt},
    {"long", BasicType::kLong},
    {"float", BasicType::kFloat},
    {"double", BasicType::kDouble},
    {"string", BasicType::kString},
    {"bytes", BasicType::kByteString},
}};

// Tensors are records with a name for each base. Those of text cannot be read back by MLeap.
constexpr std::array<std::pair<NamedType, std::string_view>, 7> kTensors = {{
    {{"BooleanTensor", BasicType::kBoolean}, "array<boolean>"},
    {{"ByteTensor", BasicType::kByte}, "bytes"},
    {{"ShortTensor", BasicType::kShort}, "array<int>"},
    {{"IntTensor", BasicType::kInt}, "array<int>"},
    {{"LongTensor", BasicType::kLong}, "array<long>"},
    {{"FloatTensor", BasicType::kFloat}, "array<float>"},
    {{"DoubleTensor", BasicType::kDouble}, "array<double>"},
}};

// Types as one line of text: "double", "array<int>", "map<long>", "[double,null]",
// "DoubleTensor{dimensions:array<int>,…}". What a line stands for is then a look-up.
class SignatureReader {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;  // names and signatures

  explicit SignatureReader(JsonReader& json) : json_(json) {}

  bool ReadFields(JsonReader::Value value, Fields& fields) {
    return json_.ReadArray(value, [&](JsonReader::Value item) {
      std::pair<std::string, std::string>& field = fields.emplace_back();
      return json_.ReadObject(item, [&](std::string_view member, JsonReader::Value part) {
        if (member == "name") return json_.Read(part, field.first);
        if (member == "type") return ReadType(part, field.second);
        return json_.Skip(part);
      });
    });
  }

 private:
  bool ReadType(JsonReader::Value value, std::string& signature) {
    if (JsonReader::IsString(value)) {
      std::string name;
      if (!json_.Read(value, name)) return false;
      name.erase(0, name.rfind('.') + 1);  // the namespace
      const auto it = records_.find(name);
      signature = it == records_.end() ? name : it->second;
    } else if (JsonReader::IsArray(value)) {
      if (!ReadUnion(value, signature)) return false;
    } else if (!ReadObject(value, signature)) {
      return false;
    }
    return signature.size() <= kSignatureCharsMax || json_.Fail("a type with too many parts");
  }

  bool ReadUnion(JsonReader::Value value, std::string& signature) {
    signature = "[";
    const bool read = json_.ReadArray(value, [&](JsonReader::Value item) {
      std::string branch;
      if (!ReadType(item, branch)) return false;
      signature.append(signature.size() > 1 ? "," : "").append(branch);
      return signature.size() <= kSignatureCharsMax || json_.Fail("a type with too many parts");
    });
    signature += ']';
    return read;
  }

  bool ReadObject(JsonReader::Value value, std::string& signature) {
    std::string type;
    std::string name;
    std::string element;  // of arrays and maps
    Fields fields;
    const bool read = json_.ReadObject(value, [&](std::string_view key, JsonReader::Value item) {
      if (key == "type") return ReadType(item, type);
      if (key == "name") return json_.Read(item, name);
      if (key == "items" || key == "values") return ReadType(item, element);
      if (key == "fields") return ReadFields(item, fields);
      return json_.Skip(item);
    });
    if (!read) return false;
    if (type == "array" || type == "map") {
      signature = type + "<" + element + ">";
    } else if (type == "record") {
      signature = RecordSignature(name, fields);
      records_[name] = signature;
    } else {
      signature = type;  // a type in braces, perhaps with a logical meaning
    }
    return true;
  }

  static std::string RecordSignature(const std::string& name, const Fields& fields) {
    std::string signature = name + "{";
    for (const auto& [field, type] : fields) {
      signature.append(signature.back() == '{' ? "" : ",").append(field).append(":").append(type);
      if (signature.size() > kSignatureCharsMax) break;  // refused by ReadType
    }
    return signature + "}";
  }

  JsonReader& json_;
  std::map<std::string, std::string> records_;
};

std::optional<DataType> ToDataType(std::string_view signature) {
  for (const auto& [name, base] : kScalars) {
    if (signature == name) return DataType::Scalar(base);
    if (signature == "array<" + std::string(name) + ">") return DataType::List(base);
    if (signature == "map<" + std::string(name) + ">") {
      return DataType::Map(BasicType::kString, base);
    }
  }
  for (const auto& [tensor, values] : kTensors) {
    const std::string record = std::string(tensor.name) +
                               "{dimensions:array<int>,values:" + std::string(values) +
                               ",indices:[array<array<int>>,null]}";
    if (signature == record) return DataType::Tensor(tensor.base);
  }
  return std::nullopt;
}

std::optional<AvroColumn> ToColumn(const std::string& name, std::string_view signature) {
  constexpr std::string_view kNullFirst = "[null,";
  constexpr std::string_view kNullLast = ",null]";
  AvroColumn column{{name, {}}, -1};
  if (signature.starts_with(kNullFirst)) {
    column.null_branch = 0;
    signature = signature.substr(kNullFirst.size(), signature.size() - kNullFirst.size() - 1);
  } else if (signature.starts_with('[') && signature.ends_with(kNullLast)) {
    column.null_branch = 1;
    signature = signature.substr(1, signature.size() - kNullLast.size() - 1);
  }
  const std::optional<DataType> type = ToDataType(signature);
  if (!type) return std::nullopt;
  column.field.type = *type;
  return column;
}

}  // namespace

Result<std::vector<AvroColumn>> ReadAvroSchema(std::string_view text) {
  JsonReader json("the schema");
  SignatureReader reader(json);
  SignatureReader::Fields fields;
  std::string type;
  const bool read = json.ReadText(text, [&](std::string_view member, JsonReader::Value value) {
    if (member == "type") return json.Read(value, type);
    if (member == "fields") return reader.ReadFields(value, fields);
    return json.Skip(value);
  });
  if (!read) return tl::unexpected(json.error());
  if (type != "record") {
    return Fail(LoadCode::kBadSchema, "the schema", "expected a record, found " + Quote(type));
  }
  std::vector<AvroColumn> columns;
  std::set<std::string_view> names;
  for (const auto& [name, signature] : fields) {
    const std::optional<AvroColumn> column = ToColumn(name, signature);
    if (!column) {
      return Fail(LoadCode::kBadSchema, "the schema: column " + Quote(name),
                  "has the type " + Quote(signature) + ", which no leap frame has");
    }
    if (!names.insert(name).second) {
      return Fail(LoadCode::kBadSchema, "the schema",
                  "the column " + Quote(name) + " stands twice");
    }
    columns.push_back(*column);
  }
  return columns;
}

}  // namespace pillion::internal
