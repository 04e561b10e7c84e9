// What the owner asks of the models over the control socket, as `pillion ctl` does.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "schemas/socket/message.h"
#include "sidecar/models/publisher.h"
#include "sidecar/transport/control_door.h"

namespace pillion {

class ModelAdmin {
 public:
  explicit ModelAdmin(Publisher& publisher) : publisher_(publisher) {}

  // Replies once, at once or later on this thread: with the model as it then is, in JSON, or with
  // why not.
  void Answer(Question question, const std::vector<std::string>& arguments,
              std::function<void(Told)> reply);

 private:
  Told Model(const std::string& name) const;

  Publisher& publisher_;
};

}  // namespace pillion
