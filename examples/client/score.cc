// Scores one house in C++: ./score shm:/run/pillion/pillion.sock house
#include <pillion/pillion.hpp>

#include <chrono>
#include <cstdio>
#include <optional>

namespace {

struct Number {
  const char* column;
  double value;
};

constexpr Number kHouse[] = {
    {"bedrooms", 3},      {"bathrooms", 2.25}, {"sqft_living", 1570},
    {"sqft_lot", 7187},   {"floors", 1},       {"waterfront", 0},
    {"view", 0},          {"condition", 4},    {"grade", 8},
    {"sqft_above", 1170}, {"yr_built", 1980},  {"yr_renovated", 0},
    {"lat", 47.7604},     {"long", -122.356},  {"sqft_living15", 1660},
    {"sqft_lot15", 8775},
};

int Fail(int status, const char* what, const pillion::Error& error) {
  std::fprintf(stderr, "score: %s: %s\n", what, error.text.c_str());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: score URL MODEL\n");
    return 64;
  }
  // Once, at start: a client and its models are made for many threads and mend themselves.
  const auto client = pillion::Client::Connect(argv[1]);
  if (!client) return Fail(69, argv[1], client.error());
  const auto model = client->Bind(argv[2], {"prediction"});
  if (!model) return Fail(65, argv[2], model.error());

  // For each request: a row and an answer, which a thread may use again and again. A busy loop
  // looks the columns up once, with model->Input(), and sets them by index.
  pillion::Row row = model->NewRow();
  for (const Number& number : kHouse) row.Set(number.column, number.value);
  row.Set("zipcode", "98133");
  const auto answer = model->Score(row, std::chrono::seconds(1));  // pages give it less
  if (!answer) {
    // The server is down, late or refuses the row. A web page goes on with a default.
    std::fprintf(stderr, "score: %s %s\n", answer.error().text.c_str(), row.fault().c_str());
    return 1;
  }
  const std::optional<double> price = answer->Double("prediction");
  if (!price) {
    std::fprintf(stderr, "score: prediction: null, or not a number\n");
    return 1;
  }
  std::printf("%.2f\n", *price);
  return 0;
}
