// One benchmark per op: the rows of its first recorded case, through a bound plan.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/model.h"
#include "sidecar/table/table.h"
#include "tests/support/golden_case.h"
#include "tests/support/temporary_directory.h"

namespace {

namespace fs = std::filesystem;
using namespace pillion;           // NOLINT(google-build-using-namespace)
using namespace pillion::testing;  // NOLINT(google-build-using-namespace)

// The rows that can be scored, and the workspace to do it.
struct Case {
  std::shared_ptr<const Table> frame;
  std::unique_ptr<Workspace> workspace;
  std::vector<std::size_t> rows;

  bool Score(std::size_t row) {
    const std::span<const Value> values = frame->Row(row);
    for (std::size_t i = 0; i < values.size(); ++i) workspace->Input(i) = values[i];
    return workspace->Score() == ScoreCode::kOk;
  }
};

std::shared_ptr<Case> Open(const std::shared_ptr<const Model>& model, const GoldenCase& golden) {
  if (!golden.Has("frame.json")) return nullptr;
  Result<Table> frame =
      Table::Read({"frame.json", golden.Text("frame.json"), TableFormat::kJson, {}});
  if (!frame) return nullptr;
  const auto plan = model->Bind({.inputs = frame->schema(), .outputs = {}});
  if (!plan) return nullptr;
  auto opened = std::make_shared<Case>();
  opened->frame = std::make_shared<const Table>(*std::move(frame));
  opened->workspace = std::make_unique<Workspace>(*plan);
  for (std::size_t row = 0; row < opened->frame->row_count(); ++row) {
    if (opened->Score(row)) opened->rows.push_back(row);
  }
  return opened->rows.empty() ? nullptr : opened;
}

void Register(const std::string& name, const std::shared_ptr<Case>& rows) {
  benchmark::RegisterBenchmark(name.c_str(), [rows](benchmark::State& state) {
    std::size_t i = 0;
    for (auto _ : state) {
      benchmark::DoNotOptimize(rows->Score(rows->rows[i]));
      if (++i == rows->rows.size()) i = 0;
    }
    state.SetItemsProcessed(state.iterations());
  });
}

// Bundles of a single op, one each; pipelines are measured by `pillion bench`.
void RegisterOps() {
  const TemporaryDirectory directory;
  std::set<std::string> seen;
  for (const fs::path& path : RecordedCases()) {
    const GoldenCase golden = ReadGoldenCase(path);
    if (!golden.Has("model.zip")) continue;
    const auto model = Model::Load(directory.Write("model.zip", golden.Text("model.zip")));
    if (!model || (*model)->stages().size() != 1) continue;
    const std::string& op = (*model)->stages().front().op;
    if (seen.contains(op)) continue;
    if (const auto rows = Open(*model, golden)) {
      seen.insert(op);
      Register(op, rows);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  RegisterOps();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
