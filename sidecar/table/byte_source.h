// Where the bytes of a table come from: a file, a pipe, memory; plain or compressed with gzip or
// zstd. A few pieces of memory, whatever the length.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/load_error.h"

namespace pillion {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Puts bytes into `room`, which is not empty, and says how many; 0: the end. Waits for the first.
  virtual Result<std::size_t> Read(std::span<char> room) = 0;
  // Whether Read would not wait.
  virtual bool Ready() = 0;
};

// The file, or standard input for "-". kNotFound with the system's reason.
Result<std::unique_ptr<ByteSource>> OpenBytes(const std::string& path);

// What `source` holds, inflated if it begins as gzip or zstd do; `name` is for errors. Both may
// consist of several members. kOverLimit: more than `ratio_max` times its compressed size, beyond
// the first 64 MiB; kBadSchema: damaged, or cut off.
Result<std::unique_ptr<ByteSource>> Decompressed(std::unique_ptr<ByteSource> source,
                                                 std::string name, std::uint64_t ratio_max = 1000);

}  // namespace pillion
