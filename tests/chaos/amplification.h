// What a message costs the server, against what it costs who sends it.
#pragma once

namespace pillion {

// Prints a table: for each kind of message the bytes that were sent, the memory that the server
// holds for them while the client is there, and the processor time that it took for them; of
// requests by the ring, those in the slots count as sent.
void ReportAmplification();

}  // namespace pillion
