#include "sidecar/config/config_file.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "base/quote.h"
#include "base/suggest.h"

namespace pillion {
namespace {

class Reader {
 public:
  Reader(std::string_view file, const Settings& settings) : file_(file), settings_(settings) {}

  Result<std::vector<ConfigValue>> Read(const std::string& text) && {
    if (text.size() > kConfigBytesMax) {
      return Fail(LoadCode::kOverLimit, std::string(file_),
                  fmt::format("a configuration of {} bytes is too long: {} are read", text.size(),
                              kConfigBytesMax));
    }
    try {
      ReadDocument(text);
    } catch (const YAML::Exception& error) {
      Complain(error.mark, error.msg);
    }
    if (!problems_.empty()) return tl::unexpected(LoadError(std::move(problems_)));
    return std::move(values_);
  }

 private:
  void ReadDocument(const std::string& text) {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) Complain(documents[1].Mark(), "expected one document, found another");
    if (!documents.empty() && !documents[0].IsNull()) ReadMapping(documents[0], "");
  }

  // `prefix`: the keys around it, "limits.", or "".
  void ReadMapping(const YAML::Node& node, const std::string& prefix) {
    if (!node.IsMap()) {
      const std::string of = prefix.empty() ? "" : " of " + Inner(prefix);
      return Complain(node.Mark(), prefix, "expected keys" + of + " with their values");
    }
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const YAML::Node& name = entry.first;
      const YAML::Node& value = entry.second;
      if (!name.IsScalar()) {
        Complain(name.Mark(), prefix, "expected the name of a key");
        continue;
      }
      const std::string key = prefix + name.Scalar();
      if (!seen.insert(key).second) {
        Complain(name.Mark(), key, "stands here for the second time");
      } else if (const Setting* const setting = Find(key)) {
        ReadValue(*setting, name, value);
      } else if (IsPrefix(key + ".")) {
        ReadMapping(value, key + ".");
      } else {
        Complain(name.Mark(), "there is no key " + Quote(key) + Suggest(key, name.Scalar()));
      }
    }
  }

  void ReadValue(const Setting& setting, const YAML::Node& name, const YAML::Node& value) {
    ConfigValue read{setting.key, {}, name.Mark().line + 1};
    if (value.IsNull()) {
      return Complain(name.Mark(), setting.key, "expected " + Wanted(setting) + ", found nothing");
    }
    if (!setting.IsList()) {
      ReadScalar(setting, value, &read.values);
    } else if (setting.kind == Setting::Kind::kNamedIntegers) {
      ReadNamed(setting, value, &read.values);
    } else if (!value.IsSequence()) {
      return Complain(value.Mark(), setting.key, "expected " + Wanted(setting));
    } else {
      for (const YAML::Node& item : value) {
        setting.item_keys ? ReadItem(setting, item, &read.values)
                          : ReadScalar(setting, item, &read.values);
      }
    }
    if (!read.values.empty()) values_.push_back(std::move(read));
  }

  void ReadScalar(const Setting& setting, const YAML::Node& value,
                  std::vector<std::string>* values) {
    if (!value.IsScalar()) {
      return Complain(value.Mark(), setting.key, "expected " + Expected(setting));
    }
    if (const std::string wrong = WrongWith(setting, value.Scalar()); !wrong.empty()) {
      return Complain(value.Mark(), setting.key, wrong);
    }
    values->push_back(value.Scalar());
  }

  void ReadNamed(const Setting& setting, const YAML::Node& value,
                 std::vector<std::string>* values) {
    if (!value.IsMap()) return Complain(value.Mark(), setting.key, "expected " + Wanted(setting));
    std::set<std::string> seen;
    for (const auto& entry : value) {
      if (!entry.first.IsScalar()) {
        Complain(entry.first.Mark(), setting.key, "expected a name");
        continue;
      }
      const std::string& name = entry.first.Scalar();
      if (!seen.insert(name).second) {
        Complain(entry.first.Mark(), setting.key, Quote(name) + " stands here for the second time");
      }
      std::vector<std::string> number;
      ReadScalar(setting, entry.second, &number);
      if (!number.empty()) values->push_back(name + "=" + number.front());
    }
  }

  void ReadItem(const Setting& setting, const YAML::Node& item, std::vector<std::string>* values) {
    const auto& [place_key, words_key] = *setting.item_keys;
    std::string place;
    std::string words;
    if (!item.IsMap()) return Complain(item.Mark(), setting.key, "expected " + Item(setting));
    for (const auto& entry : item) {
      const YAML::Node& name = entry.first;
      const YAML::Node& value = entry.second;
      const std::string key = name.IsScalar() ? name.Scalar() : "";
      if (key == place_key && value.IsScalar()) {
        place = value.Scalar();
      } else if (key == words_key && value.IsSequence() && words.empty()) {
        for (const YAML::Node& word : value) {
          const std::string wrong =
              word.IsScalar() ? WrongWith(setting, word.Scalar()) : "expected " + Expected(setting);
          if (!wrong.empty()) return Complain(word.Mark(), setting.key, wrong);
          words.append(words.empty() ? "" : ",").append(word.Scalar());
        }
      } else if (key != place_key && key != words_key) {
        return Complain(
            name.Mark(), setting.key,
            "there is no key " + Quote(key) + " here" + DidYouMean(key, {place_key, words_key}));
      }
    }
    if (place.empty() || words.empty()) {
      return Complain(item.Mark(), setting.key, "expected " + Item(setting));
    }
    values->push_back(place + "=" + words);
  }

  const Setting* Find(std::string_view key) const {
    const auto it = std::ranges::find(settings_, key, &Setting::key);
    return key.empty() || it == settings_.end() ? nullptr : &*it;
  }

  bool IsPrefix(std::string_view prefix) const {
    return std::ranges::any_of(settings_,
                               [&](const Setting& s) { return s.key.starts_with(prefix); });
  }

  // The key that has the same name elsewhere, or else the nearest.
  std::string Suggest(std::string_view key, std::string_view name) const {
    std::vector<std::string_view> keys;
    for (const Setting& setting : settings_) {
      if (setting.key.empty()) continue;
      if (setting.key.ends_with("." + std::string(name))) {
        return "; did you mean '" + setting.key + "'?";
      }
      keys.push_back(setting.key);
    }
    return DidYouMean(key, keys);
  }

  static std::string Inner(const std::string& prefix) {
    return prefix.substr(0, prefix.size() - 1);
  }

  static std::string Item(const Setting& setting) {
    return fmt::format("{{{}: {}, {}: [...]}}", setting.item_keys->first, "PLACE",
                       setting.item_keys->second);
  }

  static std::string Wanted(const Setting& setting) {
    if (!setting.IsList()) return Expected(setting);
    if (setting.kind == Setting::Kind::kNamedIntegers) {
      return "names, each with " + Expected(setting);
    }
    return "a list, each item " + (setting.item_keys ? Item(setting) : Expected(setting));
  }

  void Complain(const YAML::Mark& mark, std::string what) { Complain(mark, "", std::move(what)); }

  void Complain(const YAML::Mark& mark, std::string key, std::string what) {
    if (key.ends_with('.')) key.pop_back();
    if (!key.empty()) what = key + ": " + what;
    const std::string line = mark.is_null() ? "" : ":" + std::to_string(mark.line + 1);
    problems_.push_back({LoadCode::kBadSchema, std::string(file_) + line, std::move(what)});
  }

  const std::string_view file_;
  const Settings& settings_;
  std::vector<ConfigValue> values_;
  std::vector<Problem> problems_;
};

}  // namespace

Result<std::vector<ConfigValue>> ReadConfig(std::string_view file, const std::string& text,
                                            const Settings& settings) {
  return Reader(file, settings).Read(text);
}

}  // namespace pillion
