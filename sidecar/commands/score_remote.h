// Scores tables through a running sidecar: what `pillion score --url` does.
#pragma once

#include <memory>
#include <string>

#include "sidecar/commands/score_rows.h"

namespace pillion {

// A model that a sidecar serves, as the command line sees it.
class RemoteModel {
 public:
  // `url` as for the client library, `name` as the sidecar calls it. Errors: kNotFound.
  static Result<RemoteModel> Connect(const std::string& url, const std::string& name);

  RemoteModel(RemoteModel&&) noexcept;
  RemoteModel& operator=(RemoteModel&&) noexcept;
  ~RemoteModel();

  // The columns that JSON lines and CSV should have.
  Result<Schema> Columns();
  // Columns of the frame are cast to those of the layout, as MLeap would; a column that is wanted
  // and stands in the frame is passed through.
  Result<ScoreSummary> ScoreRows(const TableSource& source, const ScoreOptions& options,
                                 RowSink& answers);

 private:
  struct Connection;
  explicit RemoteModel(std::unique_ptr<Connection> connection);

  std::unique_ptr<Connection> connection_;
};

}  // namespace pillion
