#include "sidecar/table/json_bodies.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pillion::internal {
namespace {

using Names = std::vector<std::string>;

class JsonBody {
 public:
  JsonBody(std::string_view text, JsonRows& rows) : text_(text), rows_(rows), json_(rows.json()) {}

  Result<bool> Read() {
    if (!ReadMembers() || IsRow()) return false;
    if (Has("columns", '[') && Has("data", '[')) return ReadSplit();
    if (Has("dataframe_split", '{')) return ReadSplit("dataframe_split");
    if (Has("dataframe_records", '[')) return ReadRecords("dataframe_records");
    if (Has("instances", '[')) return ReadRecords("instances");
    if (Has("schema", '{') && Has("data", '[')) {
      return names_.empty() ? ReadRecords("data") : ReadSageMaker();
    }
    if (Has("inputs", '[') || Has("inputs", '{')) {
      return Refuse("\"inputs\" holds columns or tensors, which are not read");
    }
    if (Has("data", '[') && members_.size() == 1) {
      return Refuse("the values of \"data\" have no names");
    }
    return false;
  }

 private:
  bool Has(std::string_view name, char opening) const {
    const auto it = members_.find(name);
    return it != members_.end() && it->second == opening;
  }

  // The members, and the names of SageMaker's schema. False: no JSON object.
  bool ReadMembers() {
    return json_.ReadText(text_, [&](std::string_view name, JsonReader::Value value) {
      members_[std::string(name)] = value.raw_json_token().front();
      if (name != "schema" || value.raw_json_token().front() != '{') return true;
      return json_.ReadObject(value, [&](std::string_view member, JsonReader::Value part) {
        return member != "input" || !JsonReader::IsArray(part) || ReadSageMakerNames(part);
      });
    });
  }

  bool ReadSageMakerNames(JsonReader::Value input) {
    return json_.ReadArray(input, [&](JsonReader::Value column) {
      if (column.raw_json_token().front() != '{') return true;
      std::string name;
      std::string structure = "basic";
      const bool read =
          json_.ReadObject(column, [&](std::string_view member, JsonReader::Value part) {
            if (member == "name") return json_.Read(part, name);
            if (member == "struct") return json_.Read(part, structure);
            return true;
          });
      if (names_.empty()) first_is_array_ = structure != "basic";
      names_.push_back(std::move(name));
      return read;
    });
  }

  bool IsRow() const {
    const Schema& columns = rows_.source().columns;
    return std::any_of(columns.begin(), columns.end(),
                       [&](const Field& field) { return members_.contains(field.name); });
  }

  tl::unexpected<LoadError> Refuse(std::string what) const {
    return Fail(LoadCode::kBadSchema, rows_.source().name,
                what + "; send an object a row, {\"column\": value, …}, or pandas' split form");
  }

  Result<bool> Done(bool read) {
    if (!read) return rows_.Failure();
    return true;
  }

  // Calls `read` with the member `name`.
  template <typename F>
  bool ReadMember(std::string_view name, F&& read) {
    return json_.ReadText(text_, [&](std::string_view member, JsonReader::Value value) {
      return member != name || read(value);
    });
  }

  Result<bool> ReadRecords(std::string_view member) {
    bool named = true;
    const bool read = ReadMember(member, [&](JsonReader::Value list) {
      return json_.ReadArray(list, [&](JsonReader::Value item) {
        named = named && item.raw_json_token().front() == '{';
        return named ? rows_.AddObject(item) : json_.Fail("expected an object a row");
      });
    });
    if (!named) return Refuse("the values of \"" + std::string(member) + "\" have no names");
    return Done(read);
  }

  // Two passes, for the data may stand in front of the names.
  Result<bool> ReadSplit(std::string_view within = "") {
    const auto read_part = [&](std::string_view name, auto&& read) {
      if (within.empty()) return ReadMember(name, read);
      return ReadMember(within, [&](JsonReader::Value split) {
        return json_.ReadObject(split, [&](std::string_view member, JsonReader::Value value) {
          return member != name || read(value);
        });
      });
    };
    bool found = false;
    if (!read_part("columns", [&](JsonReader::Value list) { return json_.Read(list, names_); })) {
      return rows_.Failure();
    }
    const bool read = read_part("data", [&](JsonReader::Value list) {
      found = true;
      return ReadArrays(list);
    });
    if (read && (!found || names_.empty())) {
      return Refuse("the split form needs \"columns\" and \"data\"");
    }
    return Done(read);
  }

  bool ReadArrays(JsonReader::Value list) {
    return json_.ReadArray(list,
                           [&](JsonReader::Value row) { return rows_.AddArray(row, names_); });
  }

  bool IsFirstCell(JsonReader::Value item) { return first_is_array_ || !JsonReader::IsArray(item); }

  // "data" is a row, or rows, which are told apart by what the first column holds.
  Result<bool> ReadSageMaker() {
    bool is_row = true;
    const bool looked = ReadMember("data", [&](JsonReader::Value list) {
      bool first = true;
      return json_.ReadArray(list, [&](JsonReader::Value item) {
        if (first) is_row = IsFirstCell(item);
        first = false;
        return true;
      });
    });
    if (!looked) return rows_.Failure();
    return Done(ReadMember("data", [&](JsonReader::Value list) {
      return is_row ? rows_.AddArray(list, names_) : ReadArrays(list);
    }));
  }

  std::string_view text_;
  JsonRows& rows_;
  JsonReader& json_;
  std::map<std::string, char, std::less<>> members_;  // name -> the first character of its value
  Names names_;
  bool first_is_array_ = false;  // SageMaker's first column
};

}  // namespace

Result<bool> ReadJsonBody(std::string_view text, JsonRows& rows) {
  return JsonBody(text, rows).Read();
}

}  // namespace pillion::internal
