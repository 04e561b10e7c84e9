// libpillion-engine, opened at run time: the client links none of what it stands on.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "client/connection/options.h"
#include "schemas/inproc/engine_abi.h"

namespace pillion {

// Its functions; they stay until the process ends.
struct EngineLibrary {
  decltype(&pillion_engine_open) open;
  decltype(&pillion_engine_close) close;
  decltype(&pillion_engine_bind) bind;
  decltype(&pillion_engine_unbind) unbind;
  decltype(&pillion_engine_score) score;
  decltype(&pillion_engine_ask) ask;

  // From the file that the environment's PILLION_ENGINE names; else from beside the library or
  // program that this code is in, from the lib beside that directory, or where the system looks.
  // kUnsupported: it is in none of them, cannot be opened, or has another ABI; the text says what
  // was found where.
  static tl::expected<EngineLibrary, Failure> Open();
};

}  // namespace pillion
