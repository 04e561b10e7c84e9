// The messages on the socket between a client and the server: frames of a fixed header and a
// body. Bodies start with a fixed struct, which newer minor versions may extend at its end, where
// nothing variable follows. The order of messages is in PROTOCOL.md; who reads and writes the
// socket is left to sidecar/transport and client.
// Reading is bounds-checked and never allocates more than the bytes at hand ask for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "schemas/ring/shm_layout.h"
#include "schemas/ring/shm_ring.h"

namespace pillion {

inline constexpr std::uint32_t kProtocolMagic = 0x4E4C4C50;  // "PLLN"
inline constexpr std::uint16_t kProtocolMajor = 1;           // must be the same on both ends
inline constexpr std::uint16_t kProtocolMinor = 3;           // the lower one counts
inline constexpr std::uint16_t kProtocolMinorAttach = 1;     // the first that has ATTACH
inline constexpr std::uint16_t kProtocolMinorAbsent = 2;     // whose BIND may say what is absent
inline constexpr std::uint16_t kProtocolMinorOwner = 3;      // that knows the owner's questions

enum class MessageType : std::uint16_t {
  kHello = 1,      // client: first message
  kWelcome = 2,    // server: the answer, with descriptors where shared memory was granted
  kBind = 3,       // client: a model and outputs
  kBound = 4,      // server: a layout
  kUnbind = 5,     // client: forget a layout; not answered
  kScore = 6,      // client: one request
  kAnswer = 7,     // server: its answer
  kAsk = 8,        // client: a question about the server
  kTold = 9,       // server: its answer
  kError = 10,     // server: instead of an answer; with tag 0 the connection ends
  kAttach = 11,    // client: one more ring
  kAttached = 12,  // server: the ring, with descriptors
  kDetach = 13,    // client: nobody uses that ring any more; not answered
};

struct FrameHeader {
  std::uint32_t body_bytes = 0;
  MessageType type{};
  std::uint16_t reserved = 0;
  std::uint64_t tag = 0;  // chosen by the client, not 0; the answer repeats it
};
static_assert(sizeof(FrameHeader) == 16);

// Feature bits.
inline constexpr std::uint32_t kFeatureSharedMemory = 1;

struct HelloBody {
  std::uint32_t magic = kProtocolMagic;
  std::uint16_t major = kProtocolMajor;
  std::uint16_t minor = kProtocolMinor;
  std::uint32_t features = 0;  // wanted
  std::uint32_t lane_count = 0;
  std::uint32_t request_slot_bytes = 0;
  std::uint32_t answer_slot_bytes = 0;
};
static_assert(sizeof(HelloBody) == 24);

struct WelcomeBody {
  std::uint32_t magic = kProtocolMagic;
  std::uint16_t major = kProtocolMajor;
  std::uint16_t minor = kProtocolMinor;
  std::uint32_t features = 0;  // granted
  std::uint32_t lane_count = 0;
  std::uint32_t request_slot_bytes = 0;
  std::uint32_t answer_slot_bytes = 0;
  std::uint64_t first_sequence = 0;     // random: of every lane's first request
  std::uint32_t message_bytes_max = 0;  // of a body
  std::uint32_t reserved = 0;
};
static_assert(sizeof(WelcomeBody) == 40);

// Descriptors beside WELCOME with kFeatureSharedMemory, in this order.
enum WelcomeDescriptor : std::size_t {
  kRequestsMemory = 0,
  kAnswersMemory = 1,
  kKickEvent = 2,  // eventfd: the client writes it when the server has parked a lane
  kBell = 3,       // a socket that becomes readable for lanes that sleep on the bell
  kWelcomeDescriptors = 4,
};

struct AttachBody {
  std::uint32_t lane_count = 0;
  std::uint32_t request_slot_bytes = 0;
  std::uint32_t answer_slot_bytes = 0;
  std::uint32_t reserved = 0;
};
static_assert(sizeof(AttachBody) == 16);

struct AttachedBody {
  std::uint16_t ring = 0;  // its id on this connection; WELCOME's ring is 0
  std::uint16_t reserved = 0;
  std::uint32_t lane_count = 0;  // granted, as the sizes
  std::uint32_t request_slot_bytes = 0;
  std::uint32_t answer_slot_bytes = 0;
  std::uint64_t first_sequence = 0;
};
static_assert(sizeof(AttachedBody) == 24);
// Beside ATTACHED, in this order: kRequestsMemory, kAnswersMemory. Kick and bell are WELCOME's.
inline constexpr std::size_t kAttachedDescriptors = 2;
inline constexpr std::uint16_t kRingsMax = 4;  // of a client at a time

struct DetachBody {
  std::uint16_t ring = 0;
  std::uint16_t reserved[3] = {};
};
static_assert(sizeof(DetachBody) == 8);

inline constexpr std::uint32_t kAnswerBytesUnbounded = 0xFFFFFFFFu;

struct BoundBody {
  std::uint16_t layout = 0;  // not 0
  std::uint16_t reserved = 0;
  std::uint32_t answer_bytes_max = 0;  // kAnswerBytesUnbounded: depends on the row
};                                     // then the description of the layout
static_assert(sizeof(BoundBody) == 8);

struct UnbindBody {
  std::uint16_t layout = 0;
  std::uint16_t reserved[3] = {};
};
static_assert(sizeof(UnbindBody) == 8);

struct ScoreBody {
  std::uint16_t layout = 0;
  std::uint16_t kind = 0;  // RequestKind
  std::uint32_t reserved = 0;
  std::uint64_t deadline_ns = 0;  // CLOCK_MONOTONIC; 0: none
};                                // then the payload
static_assert(sizeof(ScoreBody) == 16);

struct AnswerBody {
  std::uint32_t model_version = 0;
  std::uint8_t code = 0;  // ScoreCode
  std::uint8_t reserved[3] = {};
};  // then the payload
static_assert(sizeof(AnswerBody) == 8);

enum class Question : std::uint16_t {
  kStatus = 1,
  kReady = 2,
  kModels = 3,
  // The owner's, on the control socket alone. Their arguments are in PROTOCOL.md.
  kLoad = 4,
  kUnload = 5,
  kPromote = 6,
  kRollBack = 7,
  kVersions = 8,
};
constexpr bool IsOfOwner(Question question) {
  return question >= Question::kLoad && question <= Question::kVersions;
}

struct AskBody {
  std::uint16_t question = 0;
  std::uint16_t reserved[3] = {};
};  // then arguments, each with a 0 at its end
static_assert(sizeof(AskBody) == 8);

struct CodeBody {         // of TOLD and ERROR
  std::uint8_t code = 0;  // ScoreCode
  std::uint8_t reserved[7] = {};
};  // then text: JSON in TOLD, a sentence in ERROR
static_assert(sizeof(CodeBody) == 8);

// What BIND asks for.
struct BindRequest {
  std::string model;
  std::vector<std::string> outputs;      // empty: all
  std::vector<std::string> absent = {};  // inputs that the caller does not have
};
inline constexpr std::uint32_t kBindNamesMax = 65535;  // as many columns as an answer can have

std::vector<std::byte> EncodeBind(const BindRequest& request);  // the body
// Nothing if the body is malformed or names too much.
std::optional<BindRequest> DecodeBind(std::span<const std::byte> body);

struct AskRequest {
  Question question{};
  std::vector<std::string> arguments = {};  // without 0
};
std::vector<std::byte> EncodeAsk(const AskRequest& request);  // the body
// Nothing if the body is malformed.
std::optional<AskRequest> DecodeAsk(std::span<const std::byte> body);

// Appends a whole frame to `out`: header, `fixed`, `rest`.
template <typename Fixed>
void AppendFrame(std::vector<std::byte>* out, MessageType type, std::uint64_t tag,
                 const Fixed& fixed, std::span<const std::byte> rest = {}) {
  static_assert(std::is_trivially_copyable_v<Fixed>);
  const FrameHeader header{static_cast<std::uint32_t>(sizeof(fixed) + rest.size()), type, 0, tag};
  const auto* head = reinterpret_cast<const std::byte*>(&header);
  const auto* body = reinterpret_cast<const std::byte*>(&fixed);
  out->insert(out->end(), head, head + sizeof(header));
  out->insert(out->end(), body, body + sizeof(fixed));
  out->insert(out->end(), rest.begin(), rest.end());
}
// The same for a body without fixed struct.
void AppendPlainFrame(std::vector<std::byte>* out, MessageType type, std::uint64_t tag,
                      std::span<const std::byte> body);

inline std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span<const char>(text.data(), text.size()));
}
inline std::string_view Text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Splits the fixed struct off a body; `rest` is what follows. False if the body is too short.
template <typename Fixed>
bool SplitBody(std::span<const std::byte> body, Fixed* fixed, std::span<const std::byte>* rest) {
  static_assert(std::is_trivially_copyable_v<Fixed>);
  if (body.size() < sizeof(Fixed)) return false;
  std::memcpy(fixed, body.data(), sizeof(Fixed));
  *rest = body.subspan(sizeof(Fixed));
  return true;
}

struct MessageFrame {
  FrameHeader header;
  std::span<const std::byte> body;  // valid until the buffer is written or asked again
};

// Cuts a stream of bytes into frames. Holds one frame and what was received behind it.
class FrameBuffer {
 public:
  explicit FrameBuffer(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

  // Space for the next received bytes; never empty after Next() returned kNeedMore. Grows by what
  // has arrived, so a header alone cannot ask for memory.
  std::span<std::byte> Space();
  void Filled(std::size_t bytes) { end_ += bytes; }

  enum class Status : std::uint8_t { kFrame, kNeedMore, kTooLarge };
  Status Next(MessageFrame* frame);
  bool empty() const { return begin_ == end_; }

 private:
  std::size_t body_bytes_max_;
  std::vector<std::byte> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace pillion
