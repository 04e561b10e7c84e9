#include "engine/formats/mleap/proto_files.h"

#include <string>
#include <utility>

#include "base/quote.h"
#include "engine/formats/mleap/bundle.pb.h"
#include "engine/formats/mleap/proto_attributes.h"
#include "engine/formats/mleap/proto_reader.h"

namespace pillion {
namespace {

template <typename Message>
Result<void> Parse(std::string_view bytes, std::string_view where, const Limits& limits,
                   Message& message) {
  if (ParseMessage(bytes, limits, message)) return {};
  return Fail(LoadCode::kBadBundle, std::string(where),
              "not a protobuf message of its kind, or nested deeper than " +
                  std::to_string(limits.proto_depth_max));
}

std::vector<Socket> ToSockets(
    const google::protobuf::RepeatedPtrField<ml::bundle::Socket>& messages) {
  std::vector<Socket> sockets;
  sockets.reserve(static_cast<std::size_t>(messages.size()));
  for (const ml::bundle::Socket& message : messages) {
    sockets.push_back({message.port(), message.name()});
  }
  return sockets;
}

}  // namespace

Result<NodeFile> ParseNodeProto(std::string_view bytes, std::string_view where,
                                const Limits& limits) {
  ml::bundle::Node message;
  PILLION_TRY(Parse(bytes, where, limits, message));
  if (!message.has_shape()) {
    return Fail(LoadCode::kBadBundle, std::string(where), "a node without its shape");
  }
  return NodeFile{message.name(), ToSockets(message.shape().inputs()),
                  ToSockets(message.shape().outputs())};
}

Result<ModelFile> ParseModelProto(std::string_view bytes, std::string_view where,
                                  const Limits& limits) {
  ml::bundle::Model message;
  PILLION_TRY(Parse(bytes, where, limits, message));
  if (message.op().empty()) {
    return Fail(LoadCode::kBadBundle, std::string(where), "a model without its op");
  }
  if (!message.has_attributes()) {
    return Fail(LoadCode::kBadBundle, std::string(where), "a model without its attributes");
  }
  ModelFile model;
  model.op = message.op();
  const auto& list = message.attributes().list();
  if (list.size() > kAttributeCountMax) {
    return Fail(LoadCode::kOverLimit, std::string(where),
                "more attributes than the limit of " + std::to_string(kAttributeCountMax));
  }
  for (const auto& [name, value] : list) {
    AttributeValue& attribute = model.attributes.values[name];
    if (const auto wrong = ReadAttribute(value, attribute)) {
      return Fail(LoadCode::kBadBundle, std::string(where) + ": attributes." + Quote(name, '\0'),
                  *wrong);
    }
  }
  return model;
}

}  // namespace pillion
