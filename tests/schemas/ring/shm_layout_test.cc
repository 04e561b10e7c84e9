#include "schemas/ring/shm_layout.h"

#include <gtest/gtest.h>

namespace pillion {
namespace {

TEST(ShmLayout, PlacesLanesOneAfterAnotherOnPairsOfLines) {
  const Geometry geometry{.lane_count = 3, .request_slot_bytes = 256, .answer_slot_bytes = 128};
  EXPECT_EQ(geometry.request_lane_offset(0), 0u);
  EXPECT_EQ(geometry.request_lane_offset(1), 128u + 64 * 256);
  EXPECT_EQ(geometry.requests_bytes(), 3 * (128u + 64 * 256));
  EXPECT_EQ(geometry.answer_lane_offset(0), 128u);
  EXPECT_EQ(geometry.answers_bytes(), 128u + 3 * (128 + 64 * 128));
  for (std::uint32_t lane = 0; lane < 3; ++lane) {
    EXPECT_EQ(geometry.request_lane_offset(lane) % kSlotAlignment, 0u);
    EXPECT_EQ(geometry.answer_lane_offset(lane) % kSlotAlignment, 0u);
  }
}

TEST(ShmLayout, ARowOf232BytesTakesFourLines) {
  EXPECT_EQ(kSlotHeadBytes + 232, 4 * kCacheLineBytes);
}

TEST(ShmLayout, RefusesImpossibleSizes) {
  EXPECT_TRUE((Geometry{1, 128, 128}).Valid());
  EXPECT_TRUE((Geometry{64, 65536, 65536}).Valid());
  for (const Geometry& bad : {Geometry{0, 128, 128}, Geometry{65, 128, 128}, Geometry{1, 0, 128},
                              Geometry{1, 192, 128}, Geometry{1, 128, 65536 + 128},
                              Geometry{1, 128, 0xFFFFFF80}, Geometry{0xFFFFFFFF, 128, 128}}) {
    EXPECT_FALSE(bad.Valid()) << bad.lane_count << ' ' << bad.request_slot_bytes;
  }
}

}  // namespace
}  // namespace pillion
