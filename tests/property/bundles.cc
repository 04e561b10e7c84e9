#include "tests/property/bundles.h"

#include <fmt/format.h>
#include <zip.h>

#include <stdexcept>

#include "tests/support/golden_case.h"
#include "tests/support/op_fixture.h"
#include "tests/support/paths.h"
#include "tests/support/shared_data.h"

namespace pillion::testing {
namespace {

namespace fs = std::filesystem;

// All bundles, and the directory where those of recorded cases are written.
class Laid {
 public:
  Laid() {
    for (const fs::path& path : RecordedCases()) AddCase(path);
    AddExamples(fs::path(SourceDir()) / "examples");
    if (const auto shared = SharedData()) {
      for (const fs::directory_entry& entry : fs::directory_iterator(*shared / "goldens")) {
        if (entry.is_directory()) AddCase(entry.path());
      }
    }
  }
  const std::vector<TestBundle>& bundles() const { return bundles_; }

 private:
  void AddCase(const fs::path& path) {
    const GoldenCase golden = ReadGoldenCase(path);
    if (!golden.Has("model.zip")) return;
    const fs::path folder = golden.name;
    TestBundle& bundle = bundles_.emplace_back();
    bundle.path = directory_.Write(folder / "model.zip", golden.Text("model.zip"));
    const auto own_answer = golden.files.lower_bound("expected.pb.");
    if (!golden.Has("model.pb.zip")) return;
    if (own_answer != golden.files.end() && own_answer->first.starts_with("expected.pb.")) return;
    bundle.protobuf = directory_.Write(folder / "model.pb.zip", golden.Text("model.pb.zip"));
  }

  void AddExamples(const fs::path& root) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
      if (entry.path().extension() == ".zip") bundles_.push_back({entry.path(), {}});
    }
  }

  TemporaryDirectory directory_;
  std::vector<TestBundle> bundles_;
};

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

const std::vector<TestBundle>& Bundles() {
  static const Laid laid;
  return laid.bundles();
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
