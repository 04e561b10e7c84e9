#include "schemas/socket/message.h"

#include <algorithm>

#include "schemas/rows/row_layout.h"

namespace pillion {
namespace {

constexpr std::size_t kSpaceBytesMin = 4096;
constexpr std::size_t kKeptBytes = 256 * 1024;  // by a buffer that holds nothing

static_assert(kBindNamesMax == kRowColumnsMax);

void AppendNumber(std::vector<std::byte>* out, std::size_t number) {
  const auto word = static_cast<std::uint32_t>(number);
  const auto* bytes = reinterpret_cast<const std::byte*>(&word);
  out->insert(out->end(), bytes, bytes + sizeof(word));
}

void AppendString(std::vector<std::byte>* out, std::string_view text) {
  AppendNumber(out, text.size());
  const auto characters = Bytes(text);
  out->insert(out->end(), characters.begin(), characters.end());
}

bool TakeString(std::span<const std::byte>* bytes, std::string* text) {
  std::uint32_t length = 0;
  std::span<const std::byte> rest;
  if (!SplitBody(*bytes, &length, &rest) || length > rest.size()) return false;
  text->assign(Text(rest.first(length)));
  *bytes = rest.subspan(length);
  return true;
}

bool TakeStrings(std::span<const std::byte>* bytes, std::uint32_t count,
                 std::vector<std::string>* texts) {
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!TakeString(bytes, &texts->emplace_back())) return false;
  }
  return true;
}

}  // namespace

std::vector<std::byte> EncodeBind(const BindRequest& request) {
  std::vector<std::byte> body;
  AppendNumber(&body, request.outputs.size());
  AppendString(&body, request.model);
  for (const std::string& output : request.outputs) AppendString(&body, output);
  if (request.absent.empty()) return body;
  AppendNumber(&body, request.absent.size());
  for (const std::string& input : request.absent) AppendString(&body, input);
  return body;
}

std::optional<BindRequest> DecodeBind(std::span<const std::byte> body) {
  std::uint32_t count = 0;
  std::span<const std::byte> rest;
  BindRequest request;
  if (!SplitBody(body, &count, &rest) || count > kBindNamesMax) return std::nullopt;
  if (!TakeString(&rest, &request.model)) return std::nullopt;
  if (!TakeStrings(&rest, count, &request.outputs)) return std::nullopt;
  if (rest.empty()) return request;
  if (!SplitBody(rest, &count, &rest) || count == 0 || count > kBindNamesMax) return std::nullopt;
  if (!TakeStrings(&rest, count, &request.absent)) return std::nullopt;
  if (!rest.empty()) return std::nullopt;
  return request;
}

std::vector<std::byte> EncodeAsk(const AskRequest& request) {
  const AskBody fixed{static_cast<std::uint16_t>(request.question), {}};
  const auto head = std::as_bytes(std::span(&fixed, 1));
  std::vector<std::byte> body(head.begin(), head.end());
  for (const std::string& argument : request.arguments) {
    const auto characters = Bytes(argument);
    body.insert(body.end(), characters.begin(), characters.end());
    body.push_back(std::byte{0});
  }
  return body;
}

std::optional<AskRequest> DecodeAsk(std::span<const std::byte> body) {
  AskBody fixed;
  std::span<const std::byte> rest;
  if (!SplitBody(body, &fixed, &rest)) return std::nullopt;
  AskRequest request{static_cast<Question>(fixed.question), {}};
  std::string_view text = Text(rest);
  while (!text.empty()) {
    const std::size_t end = text.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    request.arguments.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return request;
}

void AppendPlainFrame(std::vector<std::byte>* out, MessageType type, std::uint64_t tag,
                      std::span<const std::byte> body) {
  const FrameHeader header{static_cast<std::uint32_t>(body.size()), type, 0, tag};
  const auto* head = reinterpret_cast<const std::byte*>(&header);
  out->insert(out->end(), head, head + sizeof(header));
  out->insert(out->end(), body.begin(), body.end());
}

std::span<std::byte> FrameBuffer::Space() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (bytes_.size() - end_ < kSpaceBytesMin / 4) {
    std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_),
              bytes_.begin() + static_cast<std::ptrdiff_t>(end_), bytes_.begin());
    end_ -= begin_;
    begin_ = 0;
    if (bytes_.size() - end_ < kSpaceBytesMin / 4) {
      bytes_.resize(std::max(kSpaceBytesMin, 2 * bytes_.size()));
    }
  }
  return std::span(bytes_).subspan(end_);
}

FrameBuffer::Status FrameBuffer::Next(MessageFrame* frame) {
  if (begin_ == end_ && bytes_.size() > kKeptBytes) {
    bytes_ = {};
    begin_ = end_ = 0;
  }
  if (end_ - begin_ < sizeof(FrameHeader)) return Status::kNeedMore;
  std::memcpy(&frame->header, bytes_.data() + begin_, sizeof(FrameHeader));
  const std::size_t body_bytes = frame->header.body_bytes;
  if (body_bytes > body_bytes_max_) return Status::kTooLarge;
  if (end_ - begin_ - sizeof(FrameHeader) < body_bytes) return Status::kNeedMore;
  frame->body =
      std::span<const std::byte>(bytes_).subspan(begin_ + sizeof(FrameHeader), body_bytes);
  begin_ += sizeof(FrameHeader) + body_bytes;
  return Status::kFrame;
}

}  // namespace pillion
