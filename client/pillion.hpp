// The client library of Pillion for C++17: values and RAII over pillion.h, header only, so that it
// is the C interface alone that has to stay binary compatible. What pillion.h says about threads,
// timeouts and fork() holds here.
//
//   const auto client = pillion::Client::Connect("shm:/run/pillion/pillion.sock");
//   if (!client) return Fail(client.error());
//   const auto model = client->Bind("house", {"prediction"});
//   if (!model) return Fail(model.error());
//   pillion::Row row = model->NewRow();
//   row.Set("bedrooms", 3.0).Set("zipcode", "98103");  // and the model's other columns
//   if (const auto answer = model->Score(row, 500us)) Use(answer->Double("prediction"));
#pragma once

#include "pillion_client.hpp"
#include "pillion_rows.hpp"

namespace pillion {

// A source file that has another pillion::Model, as the engine's are, includes pillion_client.hpp
// instead and says client_api::Model.
using client_api::Answer;
using client_api::BindOptions;
using client_api::Client;
using client_api::Error;
using client_api::Model;
using client_api::Queue;
using client_api::Result;
using client_api::Row;
using client_api::Timeout;

}  // namespace pillion
