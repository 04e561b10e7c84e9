// Requests against the dialects of HTTP, as the first five lines name them:
//   DIALECT / METHOD TARGET / Content-Type / Accept / Inference-Header-Content-Length
// and the body behind them. Each is answered once, and what says that it is JSON is.
#include <simdjson.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "sidecar/http/dialects.h"
#include "tests/sidecar/models/small_models.h"
#include "tests/support/paths.h"

namespace pillion {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// Scalars, texts, lists of texts, vectors that are sparse and large.
ModelRegistry Models() {
  const std::string directory = SourceDir() + "/examples/king-county/";
  auto registry = ModelRegistry::Load({{"house", directory + "house-lr.zip", "1"}}, {});
  Require(registry.has_value());
  registry->Publish("small", "1", LoadBinarizers(1));
  testing::BundleOnDisk words;
  words.Stage("root", "hashing_term_frequency", R"({"port":"input","name":"words"})",
              R"({"port":"output","name":"counts"})",
              R"("num_features":{"long":262144},"binary":{"boolean":false})");
  auto version = ServedVersion::Load(words.root(), {});
  Require(version.has_value());
  registry->Publish("words", "1", *version);
  return *std::move(registry);
}

class Server {
 public:
  Server() { models_.Publish(registry_); }

  HttpReply Answer(std::string_view dialect, const HttpRequest& request) {
    const auto names = DialectNames();
    if (std::ranges::find(names, dialect) == names.end()) dialect = names.front();
    Dialects dialects;
    dialects.push_back(MakeDialect(dialect, services_, plans_));
    HttpReply reply = pillion::Answer(dialects, request);
    if (!reply.later) return reply;
    int answers = 0;
    HttpReply last;
    reply.later([&](HttpReply answer) {
      ++answers;
      last = std::move(answer);
    });
    Require(answers == 1);
    return last;
  }

 private:
  ModelRegistry registry_ = Models();
  ServedModels models_;
  std::atomic<bool> draining_ = false;
  // Has no directory of models, so that it refuses at once whatever callers want to change.
  Publisher publisher_{registry_, {}, EventLog::Silent()};
  HttpServices services_{
      models_, draining_,
      [](const std::function<void(MetricsText)>& take) {
        MetricsText metrics;
        metrics.Gauge("pillion_test", "What a server would say.");
        take(metrics);
      },
      [this](const std::function<void(Publisher&)>& change) { change(publisher_); }};
  PlanCache plans_{models_};
};

// As Python and MLeap's clients read it: with NaN and infinities.
std::string WithoutNames(std::string_view json) {
  std::string text;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string_view rest = json.substr(i);
    if (!quoted && (rest.starts_with("NaN") || rest.starts_with("Infinity"))) {
      if (text.ends_with('-')) text.pop_back();
      text += "null";
      i += rest.starts_with("NaN") ? 2 : 7;
      continue;
    }
    if (json[i] == '"') quoted = !quoted;
    text += json[i];
    if (quoted && json[i] == '\\' && i + 1 < json.size()) text += json[++i];
  }
  return text;
}

void CheckJson(std::string_view json) {
  simdjson::dom::parser parser;
  Require(parser.parse(WithoutNames(json)).error() == simdjson::SUCCESS);
}

void Check(const HttpReply& reply) {
  Require(reply.status >= 200 && reply.status < 600);
  const std::string type = MediaTypeOf(reply.content_type);
  if (type == "application/json" || type == "application/problem+json") CheckJson(reply.body);
  for (const auto& [name, value] : reply.headers) {
    Require(value.find_first_of("\r\n") == value.npos);
    if (name != "Inference-Header-Content-Length") continue;
    const std::size_t size = std::stoul(value);
    Require(size <= reply.body.size());
    CheckJson(std::string_view(reply.body).substr(0, size));
  }
  if (type != "application/jsonl") return;
  std::string_view rest = reply.body;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    Require(end != rest.npos);
    CheckJson(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
}

std::string_view TakeLine(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  return line;
}

}  // namespace
}  // namespace pillion

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pillion;
  static Server server;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string_view dialect = TakeLine(rest);
  const std::string_view line = TakeLine(rest);
  const std::string_view target = line.substr(std::min(line.find(' '), line.size() - 1) + 1);
  HttpRequest request;
  // What is no token ends before it is a request.
  request.method = line.substr(0, line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
  request.path = target.substr(0, target.find('?'));
  request.query = target.substr(std::min(request.path.size() + 1, target.size()));
  request.content_type = TakeLine(rest);
  request.accept = TakeLine(rest);
  const std::string_view json_bytes = TakeLine(rest);
  request.header = [json_bytes](std::string_view name) {
    return name == "Inference-Header-Content-Length" ? json_bytes : std::string_view();
  };
  // No longer than it says, so that the sanitizer sees each byte too far.
  const auto body = std::make_unique<char[]>(rest.size());
  std::ranges::copy(rest, body.get());
  request.body = {body.get(), rest.size()};
  Check(server.Answer(dialect, request));
  return 0;
}
