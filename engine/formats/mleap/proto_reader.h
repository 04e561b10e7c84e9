// One protobuf message from bytes, with the depth capped and nothing left over.
#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

#include <cstdint>
#include <limits>
#include <string_view>

#include "engine/limits.h"

namespace pillion {

// False if `bytes` are not just one message, or nested deeper than the limit.
template <typename Message>
bool ParseMessage(std::string_view bytes, const Limits& limits, Message& message) {
  if (bytes.size() > std::numeric_limits<int>::max()) return false;
  const google::protobuf::LogSilencer silencer;  // the caller reports; nothing goes to stderr
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(static_cast<int>(limits.proto_depth_max));
  return message.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

}  // namespace pillion
