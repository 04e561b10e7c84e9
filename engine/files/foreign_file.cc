#include "engine/files/foreign_file.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/quote.h"

namespace pillion {
namespace {

constexpr std::string_view kExportSklearn =
    "export the fitted pipeline with MLeap, as by pipeline.serialize_to_bundle(folder, name, "
    "init=True)";
constexpr std::string_view kExportBooster =
    "a bundle is wanted: fit it as a stage of a Spark pipeline and write that with MLeap";
constexpr std::string_view kExportPipeline =
    "a bundle is wanted: write the pipeline that it was made from with MLeap";
constexpr std::string_view kUnpack = "unpack it and name the bundle that was in it";
constexpr std::string_view kNoModel = "MODEL, a bundle, comes first, then the rows";

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string_view WithoutLeadingBlanks(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text;
}

// `prefix` in small letters.
bool StartsWithWord(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(), [](char small, char c) {
           return small == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
         });
}

bool IsHtml(std::string_view bytes) {
  const std::string_view text = WithoutLeadingBlanks(bytes);
  return StartsWithWord(text, "<!doctype html") || StartsWithWord(text, "<html") ||
         StartsWithWord(text, "<head") || StartsWithWord(text, "<body") ||
         (text.starts_with("<!--") && Contains(text, "<html"));
}

bool IsXml(std::string_view bytes) {
  const std::string_view text = WithoutLeadingBlanks(bytes);
  return text.starts_with("<?xml") || text.starts_with("<Error>") || text.starts_with("<PMML");
}
bool IsPmml(std::string_view bytes) { return IsXml(bytes) && Contains(bytes, "<PMML"); }
// As object stores answer where something is forbidden or not there.
bool IsXmlError(std::string_view bytes) { return IsXml(bytes) && Contains(bytes, "<Error>"); }

bool IsTar(std::string_view bytes) {
  return bytes.size() >= 262 && bytes.substr(257, 5) == "ustar";
}

// Protocols 2 to 5, which begin with their number; joblib writes them too.
bool IsPickle(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5;
}
bool IsTextPickle(std::string_view bytes) {
  return bytes.starts_with("ccopy_reg\n") || bytes.starts_with("(dp0\n") ||
         bytes.starts_with("(lp0\n") || bytes.starts_with("(iskl") || bytes.starts_with("csklearn");
}
bool IsZlib(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\x78' &&
         (bytes[1] == '\x01' || bytes[1] == '\x9c' || bytes[1] == '\xda');
}

// Protobuf whose first field, a version, is followed by a message: 1 in a SavedModel, 3 and above
// in ONNX, whose second field is the producer's name or the like.
bool IsSavedModel(std::string_view bytes) { return bytes.starts_with("\x08\x01\x12"); }
bool IsOnnx(std::string_view bytes) {
  return bytes.size() > 16 && bytes[0] == '\x08' && bytes[1] >= 2 && bytes[1] <= 32 &&
         Contains("\x12\x1a\x22\x32\x3a\x42", bytes.substr(2, 1));
}
bool IsTensorFlowLite(std::string_view bytes) {
  return bytes.size() > 8 && bytes.substr(4, 4) == "TFL3";
}

bool IsJson(std::string_view bytes) {
  const std::string_view text = WithoutLeadingBlanks(bytes);
  return text.starts_with('{') || text.starts_with('[');
}
bool IsBoosterJson(std::string_view bytes) {
  return IsJson(bytes) && Contains(bytes, "\"learner\"") &&
         (Contains(bytes, "\"version\"") || Contains(bytes, "\"attributes\"") ||
          Contains(bytes, "\"feature_names\"") || Contains(bytes, "\"gradient_booster\""));
}
// UBJSON: an object whose first key has its length in front of it.
bool IsBoosterUbjson(std::string_view bytes) {
  return bytes.starts_with('{') && bytes.size() > 2 && Contains("LlIiU", bytes.substr(1, 1)) &&
         Contains(bytes.substr(0, 256), "learner");
}
// 136 bytes of parameters, then an objective's name behind its length.
bool IsBoosterBinary(std::string_view bytes) {
  if (bytes.starts_with("binf")) return true;
  if (bytes.size() < 160) return false;
  const std::string_view length = bytes.substr(136, 8);
  const auto size = static_cast<unsigned char>(length[0]);
  if (size < 4 || size > 32 || length.find_first_not_of('\0', 1) != std::string_view::npos) {
    return false;
  }
  const std::string_view name = bytes.substr(144, size);
  constexpr std::array<std::string_view, 6> kKinds = {
      "reg:", "binary:", "multi:", "rank:", "count:", "survival:"};
  return std::any_of(kKinds.begin(), kKinds.end(),
                     [&](std::string_view kind) { return name.starts_with(kind); });
}

bool IsLeapFrame(std::string_view bytes) {
  return IsJson(bytes) && Contains(bytes, "\"schema\"") && Contains(bytes, "\"fields\"");
}
bool IsBundleJson(std::string_view bytes) {
  return IsJson(bytes) && Contains(bytes, "\"uid\"") && Contains(bytes, "\"format\"") &&
         Contains(bytes, "\"timestamp\"");
}
bool IsNodeOrModelJson(std::string_view bytes) {
  return IsJson(bytes) && ((Contains(bytes, "\"op\"") && Contains(bytes, "\"attributes\"")) ||
                           (Contains(bytes, "\"shape\"") && Contains(bytes, "\"inputs\"")));
}

struct ForeignFile {
  std::string_view start;  // empty: `matches` decides
  bool (*matches)(std::string_view bytes);
  std::string_view what;
  std::string_view way_out;
};

using namespace std::string_view_literals;

// The first that matches counts.
constexpr ForeignFile kForeignFiles[] = {
    {"", IsHtml, "an HTML page", "download the file itself, not the web page that shows it"},
    {"", IsPmml, "a PMML document", kExportPipeline},
    {"", IsXmlError, "an XML error document, as object stores answer",
     "look at what it says and download the file again"},
    {"", IsXml, "an XML document", kExportPipeline},
    {"version https://git-lfs.github.com/spec/"sv, nullptr, "a Git LFS pointer",
     "run `git lfs pull`, which puts the file in its place"},
    {"/annex/objects/"sv, nullptr, "a git-annex pointer", "run `git annex get` on it"},
    {"outs:\n- "sv, nullptr, "a DVC file", "run `dvc pull` and name the file that it stands for"},
    {"\x1f\x8b"sv, nullptr, "gzip data, such as a tar.gz in which SageMaker keeps models",
     "unpack it, as by `tar xzf`, and name the bundle that was in it"},
    {"", IsTar, "a tar archive", "unpack it, as by `tar xf`, and name the bundle that was in it"},
    {"\xfd"
     "7zXZ\0"sv,
     nullptr, "xz data", kUnpack},
    {"\x28\xb5\x2f\xfd"sv, nullptr, "zstd data", kUnpack},
    {"BZh"sv, nullptr, "bzip2 data", kUnpack},
    {"7z\xbc\xaf\x27\x1c"sv, nullptr, "a 7z archive", kUnpack},
    {"Rar!\x1a"sv, nullptr, "a RAR archive", kUnpack},
    {"", IsPickle, "a Python pickle, as joblib writes it too", kExportSklearn},
    {"", IsTextPickle, "a Python pickle", kExportSklearn},
    {"", IsZlib, "zlib data, as joblib compresses pickles", kExportSklearn},
    {"\x89HDF\r\n\x1a\n"sv, nullptr, "an HDF5 file, as Keras writes models", kExportPipeline},
    {"PAR1"sv, nullptr, "a Parquet file", kExportPipeline},
    {"Obj\x01"sv, nullptr, "an Avro file", kNoModel},
    {"ARROW1"sv, nullptr, "an Arrow file", kNoModel},
    {"\x93NUMPY"sv, nullptr, "a NumPy array", kExportPipeline},
    {"CBM1"sv, nullptr, "a CatBoost model", kExportPipeline},
    {"tree\nversion="sv, nullptr, "a LightGBM model", kExportPipeline},
    {"", IsBoosterJson, "an XGBoost model in JSON by itself", kExportBooster},
    {"", IsBoosterUbjson, "an XGBoost model in UBJSON by itself", kExportBooster},
    {"", IsBoosterBinary, "an XGBoost model in its old binary form by itself", kExportBooster},
    {"", IsTensorFlowLite, "a TensorFlow Lite model", kExportPipeline},
    {"", IsSavedModel, "a TensorFlow model", kExportPipeline},
    {"", IsOnnx, "an ONNX model", kExportPipeline},
    {"\xac\xed\0\5"sv, nullptr, "a serialized Java object", kExportPipeline},
    {"\x7f"
     "ELF"sv,
     nullptr, "a program or a library", kExportPipeline},
    {"", IsLeapFrame, "a leap frame, rows to be scored", kNoModel},
    {"", IsBundleJson, "the bundle.json of a bundle", "name the directory that it lies in"},
    {"", IsNodeOrModelJson, "one file of a node in a bundle",
     "name the directory that bundle.json lies in"},
    {"", IsJson, "a JSON document", kExportPipeline},
};

bool Matches(const ForeignFile& foreign, std::string_view bytes) {
  return foreign.start.empty() ? foreign.matches(bytes) : bytes.starts_with(foreign.start);
}

bool IsText(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || byte == '\n' || byte == '\r' || (byte >= 0x20 && byte != 0x7f);
  });
}

std::string FirstLine(std::string_view bytes) {
  const std::string_view text = WithoutLeadingBlanks(bytes);
  return Quote(text.substr(0, std::min(text.find_first_of("\r\n"), std::size_t{40})));
}

std::string FirstBytes(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes.substr(0, 8)) {
    const auto byte = static_cast<unsigned char>(c);
    text += ' ';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xf];
  }
  return text;
}

}  // namespace

bool IsBooster(std::string_view bytes) { return IsBoosterJson(bytes) || IsBoosterUbjson(bytes); }

bool IsLightgbm(std::string_view bytes) {
  return bytes.starts_with("tree\nversion=") || bytes.starts_with("tree\r\nversion=");
}

std::optional<std::string> DescribeForeign(std::string_view bytes) {
  bytes = bytes.substr(0, kForeignBytes);
  for (const ForeignFile& foreign : kForeignFiles) {
    if (!Matches(foreign, bytes)) continue;
    return std::string(foreign.what).append(": ").append(foreign.way_out);
  }
  return std::nullopt;
}

Result<void> CheckZipStart(std::string_view bytes) {
  constexpr std::string_view kLocalHeader = "PK\3\4";
  constexpr std::string_view kEndOfEmptyZip = "PK\5\6";
  const std::string_view start = bytes.substr(0, kLocalHeader.size());
  if (start == kLocalHeader || start == kEndOfEmptyZip) return {};
  bytes = bytes.substr(0, kForeignBytes);
  std::string what;
  if (bytes.empty()) {
    what = "the file is empty, 0 bytes: copy or download it again";
  } else if (const auto foreign = DescribeForeign(bytes)) {
    what = "not a zip but " + *foreign;
  } else if (IsText(bytes)) {
    what = "not a zip but text that begins with " + FirstLine(bytes) + "; expected a bundle";
  } else {
    what = "not a zip: its first bytes are" + FirstBytes(bytes) + "; expected a bundle";
  }
  return Fail(LoadCode::kBadArchive, "", std::move(what));
}

std::optional<std::string> DescribeLfsPointer(std::string_view bytes) {
  if (!bytes.starts_with("version https://git-lfs.github.com/spec/")) return std::nullopt;
  return DescribeForeign(bytes);
}

}  // namespace pillion
