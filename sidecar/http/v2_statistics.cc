#include "sidecar/http/v2_statistics.h"

namespace pillion {
namespace {

std::int64_t MillisecondsNow() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

void V2Statistics::Answered(const std::string& model, const std::string& version,
                            std::uint64_t rows, const Times& times) {
  Counts& counts = counts_[{model, version}];
  counts.success.Add(times.input + times.infer + times.output);
  counts.input.Add(times.input);
  counts.infer.Add(times.infer);
  counts.output.Add(times.output);
  counts.rows += rows;
  counts.last_ms = MillisecondsNow();
}

void V2Statistics::Failed(const std::string& model, const std::string& version,
                          Clock::duration time) {
  counts_[{model, version}].fail.Add(time);
}

void V2Statistics::WriteCount(std::string_view key, const Count& count, JsonText& json) {
  json.Key(key);
  json.BeginObject();
  json.Key("count");
  json.Number(static_cast<std::int64_t>(count.count));
  json.Key("ns");
  json.Number(
      std::int64_t{std::chrono::duration_cast<std::chrono::nanoseconds>(count.time).count()});
  json.EndObject();
}

void V2Statistics::Write(const std::string& model, const std::string& version,
                         JsonText& json) const {
  const auto found = counts_.find({model, version});
  const Counts counts = found == counts_.end() ? Counts{} : found->second;
  json.BeginObject();
  json.Key("name");
  json.String(model);
  json.Key("version");
  json.String(version);
  json.Key("last_inference");
  json.Number(counts.last_ms);
  json.Key("inference_count");
  json.Number(static_cast<std::int64_t>(counts.rows));
  json.Key("execution_count");
  json.Number(static_cast<std::int64_t>(counts.success.count));
  json.Key("inference_stats");
  json.BeginObject();
  WriteCount("success", counts.success, json);
  WriteCount("fail", counts.fail, json);
  WriteCount("queue", {}, json);  // there is none
  WriteCount("compute_input", counts.input, json);
  WriteCount("compute_infer", counts.infer, json);
  WriteCount("compute_output", counts.output, json);
  json.EndObject();
  json.Key("batch_stats");
  json.BeginArray();
  json.EndArray();
  json.EndObject();
}

}  // namespace pillion
