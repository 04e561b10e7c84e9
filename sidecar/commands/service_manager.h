// The service manager that started this process, told as sd_notify(3) does: one datagram to the
// socket that NOTIFY_SOCKET names.
#pragma once

#include <string_view>

namespace pillion {

// `state`: lines such as "READY=1". Without a service manager, or if it cannot be reached, nothing
// happens: it has a timeout of its own.
void NotifyServiceManager(std::string_view state);

}  // namespace pillion
