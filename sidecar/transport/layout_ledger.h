// Who has which layout bound, so that another one can take its place. Used by the control thread,
// on which layouts end too, wherever their client was served.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "schemas/socket/message.h"

namespace pillion {

class LayoutLedger {
 public:
  struct Holding {
    std::uint32_t worker = 0;
    std::uint64_t peer = 0;
    BindRequest request;
    std::uint64_t schema_hash = 0;  // that the client was told
  };

  // Goes with a layout. The holding stands in the ledger until this is destroyed, before the
  // ledger.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept
        : ledger_(std::exchange(other.ledger_, nullptr)), serial_(other.serial_) {}
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(ledger_, other.ledger_);
      std::swap(serial_, other.serial_);
      return *this;
    }
    ~Ticket() {
      if (ledger_ != nullptr) ledger_->holdings_.erase(serial_);
    }

    std::uint64_t serial() const noexcept { return serial_; }

   private:
    friend LayoutLedger;
    Ticket(LayoutLedger* ledger, std::uint64_t serial) : ledger_(ledger), serial_(serial) {}

    LayoutLedger* ledger_ = nullptr;
    std::uint64_t serial_ = 0;
  };

  Ticket Add(Holding holding) {
    holdings_.emplace(++last_serial_, std::move(holding));
    return {this, last_serial_};
  }
  // By serial.
  const std::map<std::uint64_t, Holding>& holdings() const { return holdings_; }

 private:
  std::map<std::uint64_t, Holding> holdings_;
  std::uint64_t last_serial_ = 0;
};

}  // namespace pillion
