// Asks a running sidecar over the sockets in its directory.
#pragma once

#include <string>
#include <vector>

#include "client/pillion.h"

namespace pillion {

struct Asked {
  std::string question;
  std::vector<std::string> arguments = {};

  // For the server's user and root alone.
  bool OfOwner() const;
};

struct SidecarAnswer {
  pillion_code code = PILLION_SERVER_GONE;
  std::string text;    // JSON; after another code than PILLION_OK a sentence
  std::string socket;  // that was asked
};

// One question, once. Nothing that changes something is done twice. The owner's questions go to the
// control socket; others to that of the clients too, where the control socket does not answer.
SidecarAnswer AskSidecar(const std::string& run_dir, const Asked& asked);

// Asks again and again, for so many seconds, until the code is PILLION_OK; the last answer. What is
// the owner's is asked once.
SidecarAnswer AskSidecarFor(double seconds, const std::string& run_dir, const Asked& asked);

}  // namespace pillion
