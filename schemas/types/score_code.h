// The outcome of one request: one byte, on the wire as it is. Codes are never renumbered and
// never reused; a new reason takes the next free number of its group.
// Texts live in score_code.cc, off the path of a request.
#pragma once

#include <cstdint>
#include <string_view>

namespace pillion {

enum class ScoreCode : std::uint8_t {
  kOk = 0,
  kSkipped = 1,  // A stage with handle_invalid "skip" removed the row: there is no answer.

  // The row does not fit the model. `row` and `column` of the answer say where.
  kNullValue = 16,         // null where a value is required
  kUnseenLabel = 17,       // a label that training never saw, and the model refuses those
  kInvalidValue = 18,      // NaN, infinity, or a number outside of what the stage accepts
  kWrongSize = 19,         // a vector of another length than the model needs
  kBadIndex = 20,          // sparse indices unsorted, repeated or out of range
  kIndexOutOfBounds = 21,  // the stage reads an element that the vector does not have
  kBadNumber = 22,         // text that is no number where a number is needed
  kWrongType = 23,         // a value of another type than the column's
  kTooLarge = 24,          // the row, or what a stage makes of it, is over its limit
  kBadShape = 25,          // dimensions that do not fit the values, or another rank
  kBadText = 26,           // text that is not UTF-8
  kTooCostly = 27,         // the row asks for more work than one row may

  // The request does not fit the server.
  kMalformed = 48,      // bytes that are no valid row or message
  kUnknownModel = 49,   // no model of that name is served
  kUnknownLayout = 50,  // a layout id that this connection has not bound
  kSchemaChanged = 51,  // the model was replaced by one with another schema: bind again
  kUnknownColumn = 52,  // a bind names a column that the model does not have
  kUnsupported = 53,    // a message or option that this server does not know
  kRefused = 54,        // the peer is not allowed in, or is over its share
  kWrongModel = 55,     // a row or an answer that belongs to another binding

  // The server could not answer in time.
  kBusy = 80,        // the lane or the server is full: nothing was accepted, retry is safe
  kDeadline = 81,    // the deadline passed before the row was scored
  kDraining = 82,    // the server is stopping
  kServerGone = 83,  // the connection ended; scoring is pure, retry is safe
  kForked = 84,      // a client handle is used in a child of the process that made it
  kNoMemory = 85,    // the server has no memory for it now

  kInternal = 127,  // a bug in Pillion
};

// The enumerator's name, such as "kUnseenLabel"; "?" for a byte that is no code.
std::string_view Name(ScoreCode code) noexcept;

// One plain sentence for a person, without final stop.
std::string_view Describe(ScoreCode code) noexcept;

}  // namespace pillion
