// pillion ops: what a bundle may be made of.
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "engine/op_list.h"
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
  const std::vector<OpFamilyDescription> families = ListOps();
  std::size_t width = 0;
  for (const OpFamilyDescription& family : families) {
    for (const OpDescription& op : family.ops) width = std::max(width, op.name.size());
  }
  for (const OpFamilyDescription& family : families) {
    std::cout << family.name << "  (" << family.source << ")\n";
    for (const OpDescription& op : family.ops) {
      std::cout << "  " << op.name << std::string(width - op.name.size() + 2, ' ') << op.summary
                << "; " << Describe(op.exactness) << '\n';
    }
  }
}

void PrintMarkdown() {
  std::cout << "# Ops\n\n"
               "What a bundle may be made of, beside `pipeline`, which only lists other nodes. "
               "Answers are those of\nMLeap 0.25 on JDK 17, as near as the last column says. Made "
               "by `pillion ops --as markdown`.\n";
  for (const OpFamilyDescription& family : ListOps()) {
    std::cout << "\n## " << family.name << "\n\nAfter `" << family.source
              << "`.\n\n| op | does | exactness |\n|---|---|---|\n";
    for (const OpDescription& op : family.ops) {
      std::cout << "| `" << op.name << "` | " << op.summary << " | " << Describe(op.exactness)
                << " |\n";
    }
  }
}

void PrintJson() {
  std::string text;
  JsonText json(text, JsonStyle::kPretty);
  json.BeginArray();
  for (const OpFamilyDescription& family : ListOps()) {
    for (const OpDescription& op : family.ops) {
      json.Element();
      json.BeginObject();
      for (const auto& [key, value] :
           {std::pair("op", op.name), std::pair("family", family.name),
            std::pair("summary", op.summary), std::pair("exactness", Describe(op.exactness)),
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
