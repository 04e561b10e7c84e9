// All that a client can ask of an answer.
#pragma once

#include <string>

#include "schemas/rows/answer_decoder.h"

namespace pillion {

// The answer's columns as Print() of wire_rows.h has them; a column that is refused is its code.
// REQUIRES: the decoder was opened.
std::string ReadAnswer(AnswerDecoder& decoder);

}  // namespace pillion
