// A certificate as commands print it.
#pragma once

#include <string>

#include "sidecar/certificate/certificate.h"

namespace pillion {

// A line about the rows, a table of the columns, and the first miss or "ok".
std::string CertificateText(const Certificate& certificate);
// A line.
std::string CertificateJson(const Certificate& certificate);

}  // namespace pillion
