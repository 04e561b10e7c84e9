// Compiled by install_test.sh against the installed headers, in C++17 and C++20, with warnings as
// errors: the names that a program writes down, and the ways to say which outputs it wants.
#include <pillion/pillion.hpp>

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Page {
  std::optional<pillion::Client> client;
  std::optional<pillion::Model> model;
  std::optional<pillion::Queue> queue;
  std::vector<pillion::Row> rows;
  std::vector<pillion::Answer> answers;
  pillion::Error error;
  pillion::BindOptions options;
  pillion::Timeout timeout = std::chrono::milliseconds(1);
};

using Binding = pillion::Result<pillion::Model>;

std::vector<Binding> BindAll(const pillion::Client& client, const std::string& name) {
  const std::string output = "prediction";
  const std::vector<std::string> outputs = {output};
  std::vector<Binding> bindings;
  bindings.push_back(client.Bind(name, {"prediction"}));
  bindings.push_back(client.Bind(name, {"prediction"}, std::chrono::seconds(2)));
  bindings.push_back(client.Bind(name, {output}));
  bindings.push_back(client.Bind(name, {std::string_view(output)}));
  bindings.push_back(client.Bind(name, {outputs}));
  bindings.push_back(client.Bind(name, {{"prediction"}}));
  bindings.push_back(client.Bind(name, {{"prediction"}, std::chrono::seconds(2)}));
  bindings.push_back(client.Bind(name, pillion::BindOptions{outputs}));
#if __cplusplus >= 202002L
  bindings.push_back(client.Bind(name, {.outputs = {"prediction"}}));
#endif
  return bindings;
}

// The same of two outputs, and of all.
std::vector<Binding> BindMore(const pillion::Client& client, const std::string& name) {
  std::vector<Binding> bindings;
  bindings.push_back(client.Bind(name, {"prediction", "zip_index"}));
  bindings.push_back(client.Bind(name, {{"prediction", "zip_index"}}));
  bindings.push_back(client.Bind(name));
  bindings.push_back(client.Bind(name, {}));
  return bindings;
}

bool HasOutputs(const Binding& binding, bool zip_index) {
  return binding && binding->Output("prediction").has_value() &&
         binding->Output("zip_index").has_value() == zip_index;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  Page page;
  const pillion::Result<pillion::Client> client = pillion::Client::Connect(argv[1]);
  if (!client) return 69;
  page.client = *client;
  for (const Binding& binding : BindAll(*client, argv[2])) {
    if (!HasOutputs(binding, false)) return 1;
  }
  for (const Binding& binding : BindMore(*client, argv[2])) {
    if (!HasOutputs(binding, true)) return 2;
  }
  std::puts("bound");
  return 0;
}
