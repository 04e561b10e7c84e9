// Clients, models and queues of pillion.hpp, which includes this.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "pillion.h"
#include "pillion_rows.hpp"

namespace pillion {
namespace client_api {

// A bound model. Copies are the same binding.
class Model {
 public:
  Model(std::shared_ptr<pillion_client> client, pillion_model* model)
      : client_(std::move(client)),
        model_(model, [client = client_](pillion_model* m) { pillion_model_free(m); }) {}

  // The index of a column, or nothing.
  std::optional<std::uint32_t> Input(const char* name) const {
    return Index(pillion_find_input(model_.get(), name));
  }
  std::optional<std::uint32_t> Output(const char* name) const {
    return Index(pillion_find_output(model_.get(), name));
  }
  Row NewRow() const { return {model_, pillion_row_new(model_.get())}; }
  Answer NewAnswer() const { return {model_, pillion_answer_new(model_.get())}; }

  Result<Answer> Score(const Row& row, Timeout timeout) const {
    Answer answer = NewAnswer();
    if (Score(row, timeout, &answer) != PILLION_OK) return answer.error();
    return answer;
  }
  // Without taking memory.
  pillion_code Score(const Row& row, Timeout timeout, Answer* answer) const {
    return pillion_score(model_.get(), row.get(), ToNanoseconds(timeout), answer->get());
  }
  // One output as a number; the caller's own where there is none in time.
  double ScoreOr(const Row& row, Timeout timeout, const char* output, double otherwise) const {
    const Result<Answer> answer = Score(row, timeout);
    return answer ? answer->Double(output).value_or(otherwise) : otherwise;
  }
  // [row] of both; returns how many answers have code 0.
  std::size_t ScoreEach(const std::vector<Row>& rows, Timeout timeout,
                        std::vector<Answer>* answers) const {
    std::vector<const pillion_row*> inputs;
    std::vector<pillion_answer*> outputs;
    while (answers->size() < rows.size()) answers->push_back(NewAnswer());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      inputs.push_back(rows[i].get());
      outputs.push_back((*answers)[i].get());
    }
    return pillion_score_each(model_.get(), inputs.data(), inputs.size(), ToNanoseconds(timeout),
                              outputs.data());
  }
  // How the rows travel: "shm", "unix", or "" without a connection.
  std::string transport() const { return pillion_model_transport(model_.get()); }
  pillion_model* get() const { return model_.get(); }

 private:
  static std::optional<std::uint32_t> Index(std::int32_t index) {
    if (index < 0) return std::nullopt;
    return static_cast<std::uint32_t>(index);
  }
  std::shared_ptr<pillion_client> client_;
  std::shared_ptr<pillion_model> model_;
};

// Requests under way without a thread for each.
class Queue {
 public:
  Queue(std::shared_ptr<pillion_client> client, pillion_queue* queue)
      : client_(std::move(client)), queue_(queue) {}

  // `answer` must live until its cookie is reported.
  pillion_code Submit(const Model& model, const Row& row, Timeout timeout, std::uint64_t cookie,
                      Answer* answer) {
    return pillion_submit(queue_.get(), model.get(), row.get(), ToNanoseconds(timeout), cookie,
                          answer->get());
  }
  std::vector<pillion_completion> Poll(std::size_t capacity = 64) {
    std::vector<pillion_completion> completions(capacity);
    completions.resize(pillion_poll(queue_.get(), completions.data(), capacity));
    return completions;
  }
  void Wait(Timeout timeout) { pillion_queue_wait(queue_.get(), ToNanoseconds(timeout)); }
  int descriptor() { return pillion_queue_descriptor(queue_.get()); }
  bool Arm() { return pillion_queue_arm(queue_.get()) != 0; }  // false: poll, do not wait
  pillion_queue* get() const { return queue_.get(); }

 private:
  std::shared_ptr<pillion_client> client_;
  Handle<pillion_queue, pillion_queue_close> queue_;
};

struct BindOptions {
  std::vector<std::string> outputs = {};  // empty: all
  Timeout timeout = std::chrono::seconds(1);
  std::vector<std::string> absent = {};  // inputs that the caller does not have
};

// A connection that mends itself. Copies are the same client.
class Client {
 public:
  static Result<Client> Connect(const std::string& url) { return Connect(url, {}); }
  static Result<Client> Connect(const std::string& url, std::optional<pillion_options> options) {
    pillion_client* client = nullptr;
    pillion_error error = PILLION_ERROR_INIT;
    const pillion_code code =
        pillion_open(url.c_str(), options ? &*options : nullptr, &client, &error);
    if (code != PILLION_OK) return MakeError(error);
    return Client(client);
  }

  Result<Model> Bind(const std::string& name, const BindOptions& options = {}) const {
    const auto names = [](const std::vector<std::string>& from) {
      std::vector<const char*> texts;
      for (const std::string& text : from) texts.push_back(text.c_str());
      return texts;
    };
    const std::vector<const char*> outputs = names(options.outputs);
    const std::vector<const char*> absent = names(options.absent);
    pillion_model* model = nullptr;
    pillion_error error = PILLION_ERROR_INIT;
    const pillion_code code = pillion_bind_without(client_.get(), name.c_str(), absent.data(),
                                                   absent.size(), outputs.data(), outputs.size(),
                                                   ToNanoseconds(options.timeout), &model, &error);
    if (code != PILLION_OK) return MakeError(error);
    return Model(client_, model);
  }
  // Bind("house", {"prediction"}).
  template <typename Name,
            std::enable_if_t<std::is_convertible_v<const Name&, std::string_view>, int> = 0>
  Result<Model> Bind(const std::string& name, std::initializer_list<Name> outputs,
                     Timeout timeout = BindOptions{}.timeout) const {
    BindOptions options;
    options.timeout = timeout;
    for (const std::string_view output : outputs) options.outputs.emplace_back(output);
    return Bind(name, options);
  }
  Result<Queue> NewQueue() const {
    pillion_queue* queue = nullptr;
    const pillion_code code = pillion_queue_open(client_.get(), &queue);
    if (code != PILLION_OK) return MakeError(code);
    return Queue(client_, queue);
  }
  // "status", "ready" or "models", answered in JSON.
  Result<std::string> Ask(const char* question, Timeout timeout = std::chrono::seconds(1)) const {
    std::string text(64 * 1024, '\0');
    std::size_t length = 0;
    const pillion_code code = pillion_ask(client_.get(), question, ToNanoseconds(timeout),
                                          text.data(), text.size(), &length);
    if (code != PILLION_OK) return MakeError(code);
    text.resize(length < text.size() ? length : text.size() - 1);
    return text;
  }
  std::string transport() const { return pillion_transport(client_.get()); }
  pillion_stats stats() const {
    pillion_stats stats = PILLION_STATS_INIT;
    pillion_get_stats(client_.get(), &stats);
    return stats;
  }
  pillion_client* get() const { return client_.get(); }

 private:
  explicit Client(pillion_client* client) : client_(client, pillion_close) {}

  std::shared_ptr<pillion_client> client_;
};

}  // namespace client_api
}  // namespace pillion
