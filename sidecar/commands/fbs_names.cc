// From column names, which may be anything, to names of FlatBuffers fields.
#include <cctype>
#include <set>

#include "sidecar/commands/fbs_text.h"

namespace pillion {
namespace {

// Names folded to lower case without underscores. Keywords of the languages that flatc writes,
// where its accessors bear the field's name; then what its C++ classes declare or inherit, and
// our tables.
constexpr std::string_view kReserved =
    " abstract alignas alignof and andeq as asm assert async auto await bitand bitor bool boolean "
    "break byte case catch char class compl concept const constexpr consteval constinit continue "
    "crate debugger decltype def default delete do double dynamic dyn elif else enum event "
    "explicit export extends extern false final finally fixed float fn for foreach friend func "
    "function global go goto if impl implements implicit import in inline inout int interface "
    "internal is lambda let lock long loop match mod move mut mutable namespace native new nil "
    "noexcept not noteq null nullptr object operator or oreq out override package params pass "
    "private protected protocol public raise readonly ref register reinterpretcast requires "
    "return sealed select self short signed sizeof static staticassert staticcast strictfp string "
    "struct super switch synchronized table template this threadlocal throw throws trait "
    "transient true try typealias typedef typeid typename typeof ubyte uint ulong undefined union "
    "unsafe unsigned unsized use ushort using val var virtual void volatile wchart when where "
    "while with xor xoreq yield "
    "builder fbb start builderb nativetabletype verify verifytablestart verifyfield "
    "verifyfieldrequired verifyoffset verifyoffsetrequired getvtable getoptionalfieldoffset "
    "getfield getpointer getstruct getoptional setfield setpointer getaddressof checkfield "
    "flatbuffersvtableoffset bytebuffer init assign getclass hashcode notify notifyall wait "
    "tostring equals "
    "row rows answer answers bytes flatbuffers pillion ";

std::string Folded(std::string_view name) {
  std::string folded;
  for (const char c : name) {
    if (c != '_') folded += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return folded;
}

// "rowpart7", the table of a wide row's part.
bool IsPart(std::string_view folded) {
  for (const std::string_view prefix : {"rowpart", "answerpart"}) {
    if (!folded.starts_with(prefix)) continue;
    return folded.find_first_not_of("0123456789", prefix.size()) == std::string_view::npos;
  }
  return false;
}

bool IsReserved(std::string_view name) {
  const std::string folded = Folded(name);
  if (kReserved.find(" " + folded + " ") != std::string_view::npos) return true;
  // flatc's C++ has an enumerator VT_X for field x, and our tables end so.
  return folded.starts_with("vt") || folded.ends_with("tensor") || IsPart(folded);
}

}  // namespace

std::string FbsIdentifier(std::string_view name, std::string_view kind) {
  std::string identifier;
  for (const char c : name) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 && static_cast<unsigned char>(c) < 0x80;
    if (plain)
      identifier += c;
    else if (!identifier.empty() && identifier.back() != '_')
      identifier += '_';
  }
  while (identifier.ends_with('_')) identifier.pop_back();
  if (identifier.empty()) return std::string(kind);
  if (std::isdigit(static_cast<unsigned char>(identifier[0])) != 0) {
    identifier = std::string(kind) + "_" + identifier;
  }
  if (IsReserved(identifier)) identifier += "_" + std::string(kind);
  return identifier;
}

std::vector<std::string> FieldNames(const Schema& columns) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  // Some languages add an accessor xLength to a vector x.
  const auto take = [&taken](const std::string& name, bool vector) {
    const std::string folded = Folded(name);
    if (taken.contains(folded) || (vector && taken.contains(folded + "length"))) return false;
    taken.insert(folded);
    if (vector) taken.insert(folded + "length");
    return true;
  };
  for (const Field& column : columns) {
    const bool vector = column.type.shape == Shape::kList || column.type.shape == Shape::kMap ||
                        column.type.base == BasicType::kByteString;
    const std::string first = FbsIdentifier(column.name, "column");
    std::string name = first;
    for (int i = 2; !take(name, vector); ++i) name = first + "_" + std::to_string(i);
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace pillion
