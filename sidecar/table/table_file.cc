#include "sidecar/table/table_file.h"

#include <utility>

namespace pillion {

Result<TableFile> OpenTable(const std::string& path, std::optional<TableFormat> format) {
  TableFile file;
  file.source.name = path == "-" ? "standard input" : path;
  PILLION_ASSIGN(file.bytes, OpenBytes(path));
  PILLION_ASSIGN(file.bytes, Decompressed(std::move(file.bytes), file.source.name));
  file.text = std::make_unique<TextInput>(*file.bytes, file.source.name);
  if (format) {
    file.source.format = *format;
  } else {
    PILLION_ASSIGN(file.source.format, DetectTableFormat(*file.text, file.source.name));
  }
  return file;
}

}  // namespace pillion
