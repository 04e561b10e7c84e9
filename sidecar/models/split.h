// Shares the rows of a model out among its versions by one of their columns: rows with the same key
// always go to the same one. How keys come out of rows is the callers'.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillion {

class ServedVersion;

inline constexpr std::uint32_t kSplitBuckets = 10'000;

// What the rest of the rows is called.
inline constexpr char kSplitRest[] = "published";

// As model.yaml has it.
struct SplitConfig {
  std::string key;   // a column
  std::string salt;  // in front of each key
  // Names of labels or versions, each with how many buckets it has; at most kSplitBuckets in all.
  std::vector<std::pair<std::string, std::uint32_t>> arms;

  bool operator==(const SplitConfig&) const = default;
};

// XXH64 with seed 0 of `salt` and, right behind it, `key`, modulo kSplitBuckets. The same in every
// release: whoever knows the key can tell the arm.
std::uint32_t SplitBucket(std::string_view salt, std::string_view key) noexcept;

// Any number of threads count, on cache lines that they mostly have for themselves.
class RowCounter {
 public:
  void Add(std::uint64_t rows) noexcept;
  std::uint64_t value() const noexcept;

 private:
  struct alignas(64) Part {
    std::atomic<std::uint64_t> rows{0};
  };
  std::array<Part, 8> parts_;
};

// Immutable but for its counters; any thread.
class Split {
 public:
  struct Arm {
    std::string name;
    std::uint32_t weight = 0;  // buckets
    std::string version;       // empty: there is none
    // Null where the version cannot be used: its rows go to the rest.
    std::shared_ptr<const ServedVersion> loaded;
    std::string failure;  // why; empty: it can
    std::shared_ptr<RowCounter> rows = std::make_shared<RowCounter>();
  };

  // `arms`: in the order of their buckets; last kSplitRest, which is loaded.
  Split(std::string key, std::string salt, std::vector<Arm> arms)
      : key_(std::move(key)), salt_(std::move(salt)), arms_(std::move(arms)) {}

  const std::string& key() const { return key_; }
  const std::string& salt() const { return salt_; }
  const std::vector<Arm>& arms() const { return arms_; }
  // The arm of a row, as an index into arms(); without a key, or where its arm cannot be used: the
  // rest. No allocation.
  std::size_t ArmOf(std::optional<std::string_view> key) const noexcept;

 private:
  std::string key_;
  std::string salt_;
  std::vector<Arm> arms_;
};

}  // namespace pillion
