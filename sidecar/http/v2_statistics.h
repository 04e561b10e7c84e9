// How many requests a dialect has answered for each version of each model, and how long that took.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "sidecar/table/json_text.h"

namespace pillion {

class V2Statistics {
 public:
  using Clock = std::chrono::steady_clock;

  // Where a request's time went.
  struct Times {
    Clock::duration input{};  // reading it
    Clock::duration infer{};
    Clock::duration output{};  // writing the answer
  };
  void Answered(const std::string& model, const std::string& version, std::uint64_t rows,
                const Times& times);
  void Failed(const std::string& model, const std::string& version, Clock::duration time);

  // An element of model_stats of Triton's statistics extension.
  void Write(const std::string& model, const std::string& version, JsonText& json) const;

 private:
  struct Count {
    std::uint64_t count = 0;
    Clock::duration time{};

    void Add(Clock::duration more) {
      ++count;
      time += more;
    }
  };
  struct Counts {
    Count success;
    Count fail;
    Count input;
    Count infer;
    Count output;
    std::uint64_t rows = 0;
    std::int64_t last_ms = 0;  // since 1970
  };
  static void WriteCount(std::string_view key, const Count& count, JsonText& json);

  std::map<std::pair<std::string, std::string>, Counts> counts_;  // [model, version]
};

}  // namespace pillion
