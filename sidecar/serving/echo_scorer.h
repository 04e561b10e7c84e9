// A scorer without models, to measure and to test the transports alone. Models:
//   "null"   answers eight bytes, whatever the request
//   "echo"   answers the request's bytes
// The outputs asked for are the columns of rows and of answers, as doubles: so an echoed row is an
// answer. Other names are refused.
#pragma once

#include "sidecar/serving/scorer.h"

namespace pillion {

class EchoScorer final : public Scorer {
 public:
  tl::expected<Binding, Refusal> Bind(const BindRequest& request) override;
  bool Ready() const override { return true; }
  std::string ModelsJson() const override { return R"([{"name":"echo"},{"name":"null"}])"; }
};

}  // namespace pillion
