// A file of rows, opened: inflated where it is compressed, its form told by its content.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/load_error.h"
#include "sidecar/table/byte_source.h"
#include "sidecar/table/table_format.h"
#include "sidecar/table/text_input.h"

namespace pillion {

struct TableFile {
  std::unique_ptr<ByteSource> bytes;
  std::unique_ptr<TextInput> text;  // over `bytes`
  TableSource source;               // its name and form; the rest is for the caller to say
};

// `path`, or standard input for "-". `format`: where the caller knows it. Errors: kNotFound;
// kBadSchema, damaged, or in a form that is not read.
Result<TableFile> OpenTable(const std::string& path,
                            std::optional<TableFormat> format = std::nullopt);

}  // namespace pillion
