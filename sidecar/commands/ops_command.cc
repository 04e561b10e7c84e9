// pillion ops: what a bundle may be made of.
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

#include "engine/ops/catalog.h"
#include "sidecar/commands/command.h"
#include "sidecar/table/json_text.h"

namespace pillion {
namespace {

std::string_view Describe(Exactness exactness) {
  switch (exactness) {
    case Exactness::kBits: return "same bits";
    case Exactness::kUlp4: return "at most 4 ulp";
    case Exactness::kRelative: break;
  }
  return "relative 1e-12";
}

void PrintText() {
  std::size_t width = 0;
  for (const OpFamily& family : OpFamilies()) {
    for (const OpRow& row : family.rows) width = std::max(width, row.name.size());
  }
  for (const OpFamily& family : OpFamilies()) {
    std::cout << family.name << "  (" << family.source << ")\n";
    for (const OpRow& row : family.rows) {
      std::cout << "  " << row.name << std::string(width - row.name.size() + 2, ' ') << row.summary
                << "; " << Describe(row.exactness) << '\n';
    }
  }
}

void PrintMarkdown() {
  std::cout << "# Ops\n\n"
               "What a bundle may be made of, beside `pipeline`, which only lists other nodes. "
               "Answers are those of\nMLeap 0.25 on JDK 17, as near as the last column says. Made "
               "by `pillion ops --as markdown`.\n";
  for (const OpFamily& family : OpFamilies()) {
    std::cout << "\n## " << family.name << "\n\nAfter `" << family.source
              << "`.\n\n| op | does | exactness |\n|---|---|---|\n";
    for (const OpRow& row : family.rows) {
      std::cout << "| `" << row.name << "` | " << row.summary << " | " << Describe(row.exactness)
                << " |\n";
    }
  }
}

void PrintJson() {
  std::string text;
  JsonText json(text, JsonLayout::kPretty);
  json.BeginArray();
  for (const OpFamily& family : OpFamilies()) {
    for (const OpRow& row : family.rows) {
      json.Element();
      json.BeginObject();
      for (const auto& [key, value] :
           {std::pair("op", row.name), std::pair("family", family.name),
            std::pair("summary", row.summary), std::pair("exactness", Describe(row.exactness)),
            std::pair("source", family.source)}) {
        json.Key(key);
        json.String(value);
      }
      json.EndObject();
    }
  }
  json.EndArray();
  std::cout << text << '\n';
}

}  // namespace

CommandRun SetUpOps(CommandLine& line) {
  const auto as = std::make_shared<std::string>("text");
  line.Add("--as", *as, "Form of the list").OneOf({"text", "markdown", "json"});
  line.Footer(
      "Examples:\n"
      "  pillion ops\n"
      "  pillion ops --as markdown > docs/ops.md\n");
  return [as] {
    if (*as == "markdown") {
      PrintMarkdown();
    } else if (*as == "json") {
      PrintJson();
    } else {
      PrintText();
    }
    std::cout.flush();
    return ExitCode::kOk;
  };
}

}  // namespace pillion
