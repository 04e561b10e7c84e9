#include "tests/property/bundles.h"

#include <fmt/format.h>
#include <zip.h>

#include <memory>
#include <stdexcept>

#include "tests/support/golden_case.h"
#include "tests/support/op_fixture.h"
#include "tests/support/paths.h"
#include "tests/support/shared_data.h"

namespace pillion::testing {
namespace {

namespace fs = std::filesystem;

void AddZips(const fs::path& root, std::vector<fs::path>& sources) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() == ".zip") sources.push_back(entry.path());
  }
}

struct CloseZip {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

void UnpackMember(zip_t* archive, zip_uint64_t index, const TemporaryDirectory& directory) {
  zip_stat_t stat;
  if (zip_stat_index(archive, index, 0, &stat) != 0) throw std::runtime_error("zip_stat_index");
  const std::string name = stat.name;
  if (name.ends_with('/')) return;  // a directory's own entry
  const std::unique_ptr<zip_file_t, CloseZip> file(zip_fopen_index(archive, index, 0));
  std::string bytes(stat.size, '\0');
  if (file == nullptr ||
      zip_fread(file.get(), bytes.data(), bytes.size()) != static_cast<zip_int64_t>(stat.size)) {
    throw std::runtime_error("cannot read " + name);
  }
  directory.Write(name, bytes);
}

}  // namespace

std::vector<fs::path> BundleSources() {
  std::vector<fs::path> sources = RecordedCases();
  AddZips(fs::path(SourceDir()) / "examples", sources);
  if (const auto shared = SharedData()) {
    for (const fs::directory_entry& entry : fs::directory_iterator(*shared / "goldens")) {
      if (entry.is_directory()) sources.push_back(entry.path());
    }
  }
  return sources;
}

std::optional<TestBundle> LayBundle(const fs::path& source, const TemporaryDirectory& directory) {
  if (source.extension() == ".zip") return TestBundle{source, {}};
  const GoldenCase golden = ReadGoldenCase(source);
  if (!golden.Has("model.zip")) return std::nullopt;
  TestBundle bundle;
  bundle.path = directory.Write("model.zip", golden.Text("model.zip"));
  // Some recorded bundles differ from their protobuf form, as JSON cannot hold infinities; they
  // have answers of their own.
  const auto own_answer = golden.files.lower_bound("expected.pb.");
  const bool differs =
      own_answer != golden.files.end() && own_answer->first.starts_with("expected.pb.");
  if (golden.Has("model.pb.zip") && !differs) {
    bundle.protobuf = directory.Write("model.pb.zip", golden.Text("model.pb.zip"));
  }
  return bundle;
}

void Unpack(const fs::path& archive, const TemporaryDirectory& directory) {
  const std::unique_ptr<zip_t, CloseZip> zip(zip_open(archive.c_str(), ZIP_RDONLY, nullptr));
  if (zip == nullptr) throw std::runtime_error("cannot open " + archive.string());
  const zip_int64_t count = zip_get_num_entries(zip.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    UnpackMember(zip.get(), static_cast<zip_uint64_t>(i), directory);
  }
}

std::string ScoreText(Workspace& workspace, const std::vector<Value>& row) {
  for (std::size_t i = 0; i < row.size(); ++i) workspace.Input(i) = row[i];
  if (const ScoreCode code = workspace.Score(); code != ScoreCode::kOk) {
    return fmt::format("{} {}", Name(code), workspace.fault().column);
  }
  std::string text;
  const Schema& outputs = workspace.plan().outputs();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    text += fmt::format("{} = {}\n", outputs[i].name, ToText(workspace.Output(i), outputs[i].type));
  }
  return text;
}

}  // namespace pillion::testing
