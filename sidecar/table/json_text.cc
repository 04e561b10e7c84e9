#include "sidecar/table/json_text.h"

namespace pillion {

void JsonText::BeginObject() {
  *out_ += pretty_ ? "{\n" : "{";
  ++depth_;
  first_ = true;
}

void JsonText::Key(std::string_view name) {
  if (!first_) *out_ += pretty_ ? ",\n" : ",";
  first_ = false;
  if (pretty_) Indent();
  String(name);
  *out_ += pretty_ ? ": " : ":";
}

void JsonText::EndObject() {
  --depth_;
  if (pretty_) {
    *out_ += '\n';
    Indent();
  }
  *out_ += '}';
  first_ = false;
}

void JsonText::BeginArray() {
  *out_ += '[';
  first_ = true;
}

void JsonText::Element() {
  if (!first_) *out_ += pretty_ ? ", " : ",";
  first_ = false;
}

void JsonText::EndArray() {
  *out_ += ']';
  first_ = false;
}

void JsonText::String(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  *out_ += '"';
  for (const char c : text) {
    switch (c) {
      case '"': *out_ += "\\\""; break;
      case '\\': *out_ += "\\\\"; break;
      case '\b': *out_ += "\\b"; break;
      case '\f': *out_ += "\\f"; break;
      case '\n': *out_ += "\\n"; break;
      case '\r': *out_ += "\\r"; break;
      case '\t': *out_ += "\\t"; break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
          out_->append("\\u00").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
        } else {
          *out_ += c;
        }
      }
    }
  }
  *out_ += '"';
}

}  // namespace pillion
