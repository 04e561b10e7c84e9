// Both ends of a lane, as handles over raw shared memory. A lane carries requests of one client
// thread to one server thread: 64 slots each way, the answer at the request's index. There is no
// shared head or tail; each end keeps its cursor private and only tests whether a slot holds the
// sequence number that it expects. Neither end allocates, locks, makes a system call or throws.
//
// Invariants
//  1. A slot is published by its sequence number alone, stored last.
//  2. The client reuses request slot i only after it saw the answer to the slot's last request.
//  3. The server loads each shared field once and copies the payload once, with a clamped length;
//     it decides on the copies.
//  4. Each shared word has one writer.
//  5. Going to sleep and publishing are each followed by a full fence before the look at the
//     other side's word, so at least one of the two sees the other.
//
// One thread at a time may use a handle.
#pragma once

#include "schemas/ring/client_lane.h"
#include "schemas/ring/server_lane.h"
