#include "sidecar/bench/bench_run.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "client/pillion.h"
#include "engine/model.h"
#include "schemas/rows/layout_description.h"
#include "schemas/rows/row_encoder.h"
#include "schemas/rows/row_layout.h"
#include "sidecar/bench/bench_rows.h"
#include "sidecar/bench/load.h"
#include "sidecar/bench/own_server.h"
#include "sidecar/bench/rounds.h"
#include "sidecar/bench/targets.h"
#include "sidecar/bench/waist.h"
#include "sidecar/models/model_scorer.h"
#include "sidecar/serving/echo_scorer.h"
#include "sidecar/wire/encode_row.h"

namespace pillion::bench {
namespace {

constexpr std::uint64_t kConnectTimeoutNs = 5'000'000'000;

struct CloseClient {
  void operator()(pillion_client* client) const { pillion_close(client); }
};
struct FreeModel {
  void operator()(pillion_model* model) const { pillion_model_free(model); }
};

using MakeTarget = std::function<std::unique_ptr<Target>()>;

// A model behind a client.
struct Remote {
  std::unique_ptr<pillion_client, CloseClient> client;
  std::unique_ptr<pillion_model, FreeModel> model;
  std::shared_ptr<const RowLayout> rows;
  std::shared_ptr<const RowLayout> answers;
};

Result<Remote> Connect(const std::string& url, const std::string& name,
                       const std::vector<std::string>& outputs, bool park) {
  Remote remote;
  pillion_error error{};
  pillion_options options = PILLION_OPTIONS_INIT;
  options.connect_timeout_ns = kConnectTimeoutNs;
  if (park) options.spin_ns = 0;
  pillion_client* client = nullptr;
  if (pillion_open(url.c_str(), &options, &client, &error) != PILLION_OK) {
    return Fail(LoadCode::kNotFound, url, error.text);
  }
  remote.client.reset(client);
  std::vector<const char*> names;
  for (const std::string& output : outputs) names.push_back(output.c_str());
  pillion_model* model = nullptr;
  if (pillion_bind(client, name.c_str(), names.data(), names.size(), kConnectTimeoutNs, &model,
                   &error) != PILLION_OK) {
    return Fail(LoadCode::kNotFound, url + " " + name, error.text);
  }
  remote.model.reset(model);
  std::size_t bytes = 0;
  const auto* description = static_cast<const std::byte*>(pillion_model_description(model, &bytes));
  const auto columns = DecodeLayoutDescription({description, bytes});
  const auto rows = columns ? RowLayout::Make(columns->inputs) : std::nullopt;
  const auto answers = columns ? RowLayout::Make(columns->outputs) : std::nullopt;
  if (!rows || !answers) {
    return Fail(LoadCode::kBadSchema, url + " " + name, "sent no valid layout");
  }
  remote.rows = std::make_shared<const RowLayout>(*rows);
  remote.answers = std::make_shared<const RowLayout>(*answers);
  return remote;
}

class Bench {
 public:
  Bench(const BenchOptions& options, const std::function<void(const std::string&)>& progress)
      : options_(options),
        progress_(progress),
        rounds_(std::chrono::milliseconds(static_cast<std::int64_t>(options.seconds * 1000)),
                options.rate > 0) {}

  Result<void> Transport() {
    for (const std::string transport : {"shm", "unix"}) {
      if (!Wants(transport)) continue;
      const OwnServer server(std::make_unique<EchoScorer>(), Spin());
      Remote remote;
      PILLION_ASSIGN(remote,
                     Connect(transport + ":" + server.socket_path(), "null", {}, options_.park));
      Measurement& measurement = Add("null", transport);
      measurement.row_bytes = options_.row_bytes;
      PILLION_TRY(Drive(remote, server.pid(), nullptr, measurement));
    }
    return {};
  }

  Result<void> Url() {
    Remote remote;
    PILLION_ASSIGN(remote, Connect(options_.url, options_.model, options_.select, options_.park));
    std::optional<BenchRows> rows;
    PILLION_ASSIGN(rows, Rows(remote.rows->columns()));
    DropRefused(remote, *rows);
    if (rows->size() == 0) return Fail(LoadCode::kBadSchema, options_.rows, "no row is accepted");
    const std::string way = options_.url.substr(0, options_.url.find(':'));
    Measurement& measurement = Add(way == "inproc" ? "call" : "score", way);
    return Drive(remote, 0, &*rows, measurement);
  }

  Result<void> Bundle() {
    const Result<std::shared_ptr<const Model>> model = Model::Load(options_.model);
    if (!model) return tl::unexpected<LoadError>(model.error());
    Model::BindOptions bind;
    bind.outputs = Selected(**model);
    std::shared_ptr<const Plan> plan;
    PILLION_ASSIGN(plan, (*model)->Bind(bind));
    std::optional<BenchRows> rows;
    PILLION_ASSIGN(rows, Rows(plan->inputs()));
    DropRefused(plan, *rows);
    if (rows->size() == 0) return Fail(LoadCode::kBadSchema, options_.rows, "no row is accepted");
    // Each server is a fork, so it comes before the first thread.
    if (Wants("shm")) PILLION_TRY(Serve("shm", **model, *rows));
    if (Wants("unix")) PILLION_TRY(Serve("unix", **model, *rows));
    if (!Wants("inproc")) return {};
    PILLION_TRY(InProcess(plan, *rows));
    return CallInProcess(**model, *rows);
  }

  std::vector<Measurement> Take() {
    for (Measurement& floor : rounds_.TakeFloors()) {
      floor.mode = Mode();
      measurements_.push_back(std::move(floor));
    }
    return std::move(measurements_);
  }

 private:
  bool Wants(const std::string& transport) const {
    const auto& wanted = options_.transports;
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), transport) != wanted.end();
  }
  SpinMode Spin() const { return options_.park ? SpinMode::kNever : SpinMode::kAdaptive; }
  std::string Mode() const { return options_.park ? "park" : "spin"; }

  std::vector<std::string> Selected(const Model& model) const {
    if (!options_.select.empty() || model.outputs().empty()) return options_.select;
    return {model.outputs().back().name};
  }

  Measurement& Add(const std::string& what, const std::string& transport) {
    progress_(what + " over " + transport);
    Measurement measurement;
    measurement.what = what;
    measurement.mode = Mode();
    measurement.transport = transport;
    if (what != "null") {
      const auto named = ModelArgument::Parse(options_.model);
      measurement.model = named ? named->name : options_.model;
    }
    measurements_.push_back(std::move(measurement));
    return measurements_.back();
  }

  Result<BenchRows> Rows(const Schema& schema) const {
    if (options_.rows.empty()) {
      return Fail(LoadCode::kNotFound, "--rows", "a file of rows to score is needed");
    }
    return BenchRows::Read(options_.rows, schema);
  }

  static void DropRefused(const std::shared_ptr<const Plan>& plan, BenchRows& rows) {
    Workspace workspace(plan);
    rows.Filter([&](std::span<const Value> row) {
      for (std::size_t i = 0; i < plan->inputs().size(); ++i) workspace.Input(i) = row[i];
      return workspace.Score() == ScoreCode::kOk;
    });
  }
  static void DropRefused(const Remote& remote, BenchRows& rows) {
    RowEncoder encoder(remote.rows);
    pillion_answer* answer = pillion_answer_new(remote.model.get());
    rows.Filter([&](std::span<const Value> row) {
      if (EncodeRow(row, encoder) != ScoreCode::kOk) return false;
      const std::span<const std::byte> bytes = encoder.bytes();
      return pillion_score_bytes(remote.model.get(), PILLION_ROW, bytes.data(), bytes.size(),
                                 kConnectTimeoutNs, answer) == PILLION_OK;
    });
    pillion_answer_free(answer);
  }

  Result<void> Serve(const std::string& transport, const Model& model, const BenchRows& rows) {
    std::unique_ptr<Scorer> scorer;
    PILLION_ASSIGN(scorer, ModelScorer::Load({{"model", options_.model}}, model.limits()));
    const OwnServer server(std::move(scorer), Spin());
    Remote remote;
    PILLION_ASSIGN(remote, Connect(transport + ":" + server.socket_path(), "model", Selected(model),
                                   options_.park));
    return Drive(remote, server.pid(), &rows, Add("score", transport));
  }

  Result<void> InProcess(const std::shared_ptr<const Plan>& plan, const BenchRows& rows) {
    const Result<ModelBinding> binding = ModelBinding::Make(plan);
    if (!binding) return tl::unexpected(binding.error());
    const EncodedRequests requests(binding->inputs, rows, options_.batch);
    const auto drive = [&](const std::string& what, const MakeTarget& make) {
      Measurement& measurement = Add(what, "inproc");
      measurement.batch = options_.batch;
      measurement.row_bytes = RowBytes(binding->inputs, rows);
      return rounds_.Run({}, options_.batch, measurement,
                         [&](auto duration) { return RunLoad(Load(duration), make); });
    };
    PILLION_TRY(drive("score", [&] { return MakeWaistTarget(*binding, requests); }));
    return drive("plan", [&] { return MakePlanTarget(plan, rows, options_.batch); });
  }

  // Through the client's interface: the row built, scored by the engine's library, the answer read.
  Result<void> CallInProcess(const Model& model, const BenchRows& rows) {
    const auto named = ModelArgument::Parse(options_.model);
    if (!named) return Fail(LoadCode::kNotFound, options_.model, named.error());
    Remote remote;
    PILLION_ASSIGN(remote, Connect("inproc:" + named->path.string(), named->name, Selected(model),
                                   options_.park));
    return Drive(remote, 0, &rows, Add("call", "inproc"));
  }

  OfferedLoad Load(std::chrono::milliseconds duration) const {
    return {.duration = duration, .threads = options_.threads, .requests_per_s = options_.rate};
  }

  static std::uint32_t RowBytes(const std::shared_ptr<const RowLayout>& layout,
                                const BenchRows& rows) {
    RowEncoder encoder(layout);
    EncodeRow(rows.Row(0), encoder);
    return static_cast<std::uint32_t>(encoder.bytes().size());
  }

  // What one row's round trips are compared with; nothing where several are under way.
  std::optional<FloorKind> FloorOf(const Measurement& measurement) const {
    if (options_.in_flight > 1 || options_.threads > 1 || options_.rate > 0) return std::nullopt;
    if (measurement.batch > 1 || measurement.transport == "inproc") return std::nullopt;
    if (measurement.transport == "unix") return FloorKind::kSocket;
    return options_.park ? FloorKind::kFutex : FloorKind::kLine;
  }

  // `server`: 0 if it is not ours. `rows` null: bytes for a scorer that does not look at them.
  Result<void> Drive(const Remote& remote, pid_t server, const BenchRows* rows,
                     Measurement& measurement) {
    if (rows != nullptr) measurement.row_bytes = RowBytes(remote.rows, *rows);
    measurement.in_flight = options_.in_flight;
    const bool single = rows == nullptr || options_.in_flight > 1;
    measurement.batch = single ? 1 : options_.batch;
    const Opponent opponent{FloorOf(measurement), server};
    const pillion_stats before = Stats(remote);
    if (options_.in_flight > 1) {
      const auto target = MakeQueueTarget(remote.client.get(), remote.model.get(), remote.rows,
                                          rows, options_.in_flight);
      if (target == nullptr) return Fail(LoadCode::kUnsupported, "--in-flight", "no lane is free");
      PILLION_TRY(rounds_.Run(opponent, 1, measurement, [&](auto duration) {
        return RunPipelined(duration, options_.in_flight, *target);
      }));
    } else {
      const auto make = [&]() -> std::unique_ptr<Target> {
        if (rows == nullptr) return MakeBytesTarget(remote.model.get(), options_.row_bytes);
        return MakeClientTarget(remote.model.get(), remote.rows, remote.answers, *rows,
                                options_.batch);
      };
      PILLION_TRY(rounds_.Run(opponent, measurement.batch, measurement,
                              [&](auto duration) { return RunLoad(Load(duration), make); }));
    }
    NameTransport(before, Stats(remote), measurement);
    return {};
  }

  static pillion_stats Stats(const Remote& remote) {
    pillion_stats stats = PILLION_STATS_INIT;
    pillion_get_stats(remote.client.get(), &stats);
    return stats;
  }

  // What the requests took, whatever was asked for.
  static void NameTransport(const pillion_stats& before, const pillion_stats& after,
                            Measurement& measurement) {
    if (after.inproc_calls != before.inproc_calls) return;
    measurement.ring_requests = after.ring_calls - before.ring_calls;
    measurement.socket_requests = after.socket_calls - before.socket_calls;
    const std::string used =
        *measurement.ring_requests >= *measurement.socket_requests ? "shm" : "unix";
    if (used != measurement.transport) {
      measurement.asked_transport = std::exchange(measurement.transport, used);
    }
  }

  const BenchOptions& options_;
  const std::function<void(const std::string&)>& progress_;
  Rounds rounds_;
  std::vector<Measurement> measurements_;
};

}  // namespace

Result<std::vector<Measurement>> RunBench(const BenchOptions& options,
                                          const std::function<void(const std::string&)>& progress) {
  Bench bench(options, progress);
  if (options.model == "transport") {
    PILLION_TRY(bench.Transport());
  } else if (!options.url.empty()) {
    PILLION_TRY(bench.Url());
  } else {
    PILLION_TRY(bench.Bundle());
  }
  return bench.Take();
}

}  // namespace pillion::bench
