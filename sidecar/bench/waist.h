// What a bench drives in its own process: the plan alone, and the waist of the house, from the
// bytes of a request to those of its answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "schemas/ring/shm_layout.h"
#include "schemas/rows/row_layout.h"
#include "sidecar/bench/bench_rows.h"
#include "sidecar/bench/load.h"
#include "sidecar/serving/score_request.h"

namespace pillion::bench {

// Requests made beforehand, of one row or of `batch` rows each: as many as the rows give, up to
// 64 MiB.
class EncodedRequests {
 public:
  EncodedRequests(std::shared_ptr<const RowLayout> layout, const BenchRows& rows,
                  std::uint32_t batch);

  RequestKind kind() const { return kind_; }
  // The bytes of the i-th, again from the first after the last.
  std::span<const std::byte> operator[](std::uint64_t i) const {
    const Place& place = places_[i % places_.size()];
    return std::as_bytes(std::span(words_)).subspan(place.first, place.bytes);
  }

 private:
  struct Place {
    std::size_t first;
    std::size_t bytes;
  };
  RequestKind kind_;
  std::vector<std::uint64_t> words_;
  std::vector<Place> places_;
};

// Sets the inputs of `batch` rows, scores, looks at each output.
std::unique_ptr<Target> MakePlanTarget(std::shared_ptr<const Plan> plan, const BenchRows& rows,
                                       std::uint32_t batch);
// Scores each request into a response of its own.
std::unique_ptr<Target> MakeWaistTarget(const ModelBinding& binding,
                                        const EncodedRequests& requests);

}  // namespace pillion::bench
