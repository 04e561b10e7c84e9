// Scores one house in C++: ./score shm:/run/pillion/pillion.sock house
#include <pillion/pillion.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: score URL MODEL\n");
    return 64;
  }
  // Once, at start: a client and its models are made for many threads and mend themselves.
  const auto client = pillion::Client::Connect(argv[1]);
  if (!client) {
    std::fprintf(stderr, "%s\n", client.error().text.c_str());
    return 69;
  }
  const auto model = client->Bind(argv[2], {{"prediction"}});
  if (!model) {
    std::fprintf(stderr, "%s\n", model.error().text.c_str());
    return 65;
  }

  // For each request: a row and an answer, which a thread may use again and again.
  auto row = model->NewRow();
  row.Set("bedrooms", 3.0).Set("sqft_living", 1680.0).Set("zipcode", "98103");
  const auto answer = model->Score(row, 500us);
  if (!answer) {
    // The server is down, late or refuses the row. A web page goes on with a default.
    std::fprintf(stderr, "%s %s\n", answer.error().text.c_str(), row.fault().c_str());
    return 1;
  }
  std::printf("%g\n", answer->Double("prediction").value_or(0.0));
  return 0;
}
