// The server of a chaos run, in a process of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/chaos/process.h"

namespace pillion {

inline std::unique_ptr<Process> StartServer(const std::string& socket) {
  auto server = std::make_unique<Process>(std::vector<std::string>{"--serve", socket, "1"});
  for (int i = 0; i < 2000 && !std::filesystem::exists(socket); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return server;
}

// Physical memory, that of rings included.
inline std::uint64_t ResidentKiB(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    std::uint64_t kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib;
  }
  return 0;
}

}  // namespace pillion
