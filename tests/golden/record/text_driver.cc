// Answers the questions of TextOracle.java, which says what lines look like, with Pillion's
// kernels; the two are compared line by line.
#include <fmt/format.h>

#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/base64.h"
#include "engine/java/murmur3.h"
#include "engine/java/number.h"
#include "engine/java/regex.h"
#include "engine/java/string.h"

namespace pillion {
namespace {

std::string Decode(std::string_view text) {
  return text == "=" ? std::string() : DecodeBase64(text).value_or("");
}

std::string Encode(std::string_view text) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.empty()) return "=";
  std::string encoded;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      encoded += i + k > text.size() ? '=' : kAlphabet[group >> (18 - 6 * k) & 63];
    }
  }
  return encoded;
}

template <typename T, typename Bits>
std::string WriteNumber(const std::string& bits_text) {
  char buffer[kJavaNumberBytesMax];
  const auto bits = static_cast<Bits>(std::stoull(bits_text, nullptr, 16));
  return Encode({buffer, FormatJavaNumber(std::bit_cast<T>(bits), buffer)});
}

template <typename T, typename Bits>
std::string ReadFloating(std::string_view text) {
  T x = 0;
  if (!ParseJavaNumber(text, &x)) return "no number";
  if (x != x) x = std::numeric_limits<T>::quiet_NaN();
  return fmt::format("{:x}", std::bit_cast<Bits>(x));
}

template <typename T>
std::string ReadInteger(std::string_view text) {
  T x = 0;
  if (!ParseJavaNumber(text, &x)) return "no number";
  return fmt::format("{:x}", static_cast<std::uint64_t>(std::int64_t{x}));
}

std::string ApplyPattern(const std::string& operation, const std::string& pattern,
                         const std::string& text) {
  const tl::expected<JavaRegex, std::string> regex = JavaRegex::Compile(pattern);
  if (!regex) return "no pattern";
  Arena arena(1 << 26);
  std::span<std::string_view> parts;
  const ScoreCode code = operation == "split" ? regex->Split(text, arena, &parts)
                                              : regex->FindAll(text, arena, &parts);
  if (code != ScoreCode::kOk) return std::string(Name(code));
  if (parts.empty()) return "none";
  std::string answer;
  for (const std::string_view part : parts) answer += (answer.empty() ? "" : " ") + Encode(part);
  return answer;
}

std::string Answer(const std::vector<std::string>& question) {
  const std::string& operation = question.front();
  const std::string text = Decode(question.back());
  if (operation == "double_to_text") return WriteNumber<double, std::uint64_t>(text);
  if (operation == "float_to_text") return WriteNumber<float, std::uint32_t>(text);
  if (operation == "text_to_double") return ReadFloating<double, std::uint64_t>(text);
  if (operation == "text_to_float") return ReadFloating<float, std::uint32_t>(text);
  if (operation == "text_to_long") return ReadInteger<std::int64_t>(text);
  if (operation == "text_to_int") return ReadInteger<std::int32_t>(text);
  if (operation == "text_to_short") return ReadInteger<std::int16_t>(text);
  if (operation == "text_to_byte") return ReadInteger<std::int8_t>(text);
  if (operation == "lower") return Encode(JavaLowerCase(text));
  if (operation == "length") return std::to_string(JavaLength(text));
  if (operation == "letters") return AllJavaLetters(text) ? "yes" : "no";
  if (operation == "murmur") {
    const bool old = Decode(question[1]) == "1";
    const std::int32_t hash = Murmur3(text, old ? MurmurTail::kByteWise : MurmurTail::kStandard);
    return fmt::format("{:x}", static_cast<std::uint32_t>(hash));
  }
  if (operation == "split" || operation == "find") {
    return ApplyPattern(operation, Decode(question[1]), text);
  }
  return "unknown";
}

std::vector<std::string> Words(const std::string& line) {
  std::vector<std::string> words(1);
  for (const char c : line) {
    if (c == ' ') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

}  // namespace
}  // namespace pillion

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << pillion::Answer(pillion::Words(line)) << '\n';
  }
}
