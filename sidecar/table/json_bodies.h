// JSON documents that hold a table in another form than a row an object, as other tools and servers
// write them:
//   {"columns": […], "data": [[…]]}                pandas, orient="split"
//   {"schema": {"fields": …}, "data": [{…}]}       pandas, orient="table"
//   {"dataframe_split": {…}}                       MLflow
//   {"dataframe_records": [{…}]}                   MLflow
//   {"instances": [{…}]}                           MLflow, TensorFlow Serving
//   {"schema": {"input": …}, "data": […]}          SageMaker's container for Spark
// Those whose values have no names are refused, with what to send instead.
#pragma once

#include <string_view>

#include "base/load_error.h"
#include "sidecar/table/json_rows.h"

namespace pillion::internal {

// Reads `text`, one JSON object, into rows. False, and nothing is read: it is a row itself, as is
// every object with a member that is called as one of the source's columns.
Result<bool> ReadJsonBody(std::string_view text, JsonRows& rows);

}  // namespace pillion::internal
