// An engine's library of another ABI, which must not be asked anything else.
#include "schemas/inproc/engine_abi.h"

extern "C" std::uint32_t pillion_engine_abi(void) { return pillion::kEngineAbi + 1; }
