#include "client/inproc/engine_library.h"

#include <dlfcn.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace pillion {
namespace {

tl::unexpected<Failure> Unusable(std::string text) {
  return tl::unexpected(Failure{ScoreCode::kUnsupported, std::move(text)});
}

// The directory of the library, or of the program where the client is linked into that.
std::string OwnDirectory() {
  static const int here = 0;
  const auto file_of = [](const void* address) {
    Dl_info file{};
    return dladdr(address, &file) == 0 ? Dl_info{} : file;
  };
  const Dl_info own = file_of(&here);
  const Dl_info program = file_of(reinterpret_cast<const void*>(getauxval(AT_ENTRY)));
  // dladdr() says of a program how it was called.
  std::error_code ignored;
  const std::filesystem::path file = own.dli_fname == nullptr || own.dli_fbase == program.dli_fbase
                                         ? std::filesystem::read_symlink("/proc/self/exe", ignored)
                                         : std::filesystem::path(own.dli_fname);
  return file.has_parent_path() ? file.parent_path().string() : ".";
}

// Its initializers may use what the processor lacks, so this is asked before it is opened.
bool ProcessorRunsIt() {
#if defined(PILLION_ENGINE_IS_X86_64_V3) && defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
#else
  return true;
#endif
}

tl::expected<void*, Failure> OpenFile() {
  // Never closed: threads may have left destructors in it.
  constexpr int kFlags = RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE;
  if (const char* const named = secure_getenv("PILLION_ENGINE"); named != nullptr && *named != 0) {
    if (void* const library = dlopen(named, kFlags)) return library;
    return Unusable("the engine that PILLION_ENGINE names cannot be opened: " +
                    std::string(dlerror()));
  }
  const std::string directory = OwnDirectory();
  std::string looked;
  for (const std::string& place : {directory, directory + "/../lib"}) {
    const std::string path = place + "/" + kEngineLibrary;
    if (access(path.c_str(), F_OK) == 0) {
      if (void* const library = dlopen(path.c_str(), kFlags)) return library;
      return Unusable("the engine cannot be opened: " + std::string(dlerror()));
    }
    looked += path + ": no such file; ";
  }
  if (void* const library = dlopen(kEngineLibrary, kFlags)) return library;
  return Unusable("inproc: needs the engine's library, " + std::string(kEngineLibrary) +
                  ", which was not found: " + looked + "where the system looks: " + dlerror() +
                  ". Install it beside the client's, or set PILLION_ENGINE to its path");
}

template <typename Function>
bool Find(void* library, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(library, name));
  return *function != nullptr;
}

}  // namespace

tl::expected<EngineLibrary, Failure> EngineLibrary::Open() {
  if (!ProcessorRunsIt()) {
    return Unusable(
        "inproc: needs a processor with AVX2, FMA, BMI1 and BMI2 (x86-64-v3), which "
        "this one lacks");
  }
  const auto opened = OpenFile();
  if (!opened) return tl::unexpected(opened.error());
  Dl_info info{};
  decltype(&pillion_engine_abi) abi = nullptr;
  if (!Find(*opened, "pillion_engine_abi", &abi)) {
    return Unusable("the engine's library is none: " + std::string(dlerror()));
  }
  const bool known = dladdr(reinterpret_cast<const void*>(abi), &info) != 0;
  const std::string path = known && info.dli_fname != nullptr ? info.dli_fname : kEngineLibrary;
  if (const std::uint32_t found = abi(); found != kEngineAbi) {
    return Unusable(path + " has version " + std::to_string(found) +
                    " of the engine's ABI, and this client needs " + std::to_string(kEngineAbi) +
                    ": install both from one release, or set PILLION_ENGINE to another");
  }
  EngineLibrary library{};
  if (Find(*opened, "pillion_engine_open", &library.open) &&
      Find(*opened, "pillion_engine_close", &library.close) &&
      Find(*opened, "pillion_engine_bind", &library.bind) &&
      Find(*opened, "pillion_engine_unbind", &library.unbind) &&
      Find(*opened, "pillion_engine_score", &library.score) &&
      Find(*opened, "pillion_engine_ask", &library.ask)) {
    return library;
  }
  return Unusable(path + " is damaged: " + dlerror());
}

}  // namespace pillion
