// Whether the machine left a measurement alone. What others take shows as time that the hypervisor
// stole, as threads of ours that were put off their CPU, and as holes in a loop that only reads the
// clock.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace pillion::bench {

struct Disturbance {
  double stolen_percent = 0;  // of all processor time, by the hypervisor
  double switches_per_s = 0;  // of this process and its peer, against their will
  double lost_percent = 0;    // of the calibration loop, in holes of 10 us and more

  bool quiet() const;
  // "stolen 0.0 %, 3 forced switches/s, lost 0.0 %"
  std::string Text() const;
};

class QuietWatch {
 public:
  // `peer`: the process at the other end; 0: there is none, or it is not ours.
  explicit QuietWatch(pid_t peer);

  // Reads the clock for 2 ms. Between the rounds of a measurement.
  void Calibrate();
  // From construction to now.
  Disturbance Read() const;

 private:
  struct Counts {
    std::uint64_t stolen_ticks = 0;
    std::uint64_t cpu_ticks = 0;
    std::uint64_t switches = 0;
    std::uint64_t now_ns = 0;
  };
  Counts CountsNow() const;

  pid_t peer_;
  Counts start_;
  std::uint64_t loop_ticks_ = 0;
  std::uint64_t lost_ticks_ = 0;
};

}  // namespace pillion::bench
