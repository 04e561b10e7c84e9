#include "sidecar/transport/fair_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillion {
namespace {

std::vector<std::string> TakeAll(FairQueue<std::string>* queue) {
  std::vector<std::string> taken;
  while (!queue->empty()) taken.push_back(queue->Take());
  return taken;
}

TEST(FairQueue, TakesOneOfEachClientInTurns) {
  FairQueue<std::string> queue;
  for (const char* const request : {"a1", "a2", "a3"}) queue.Add(1, request);
  queue.Add(7, "b1");
  for (const char* const request : {"c1", "c2"}) queue.Add(9, request);
  EXPECT_EQ(queue.Take(), "a1");
  queue.Add(4, "d1");
  EXPECT_EQ(TakeAll(&queue), (std::vector<std::string>{"d1", "b1", "c1", "a2", "c2", "a3"}));
}

TEST(FairQueue, ForgetsWhoHasLeft) {
  FairQueue<std::string> queue;
  queue.Add(1, "a1");
  queue.Add(2, "b1");
  queue.Add(1, "a2");
  queue.Forget(1);
  queue.Forget(3);
  EXPECT_EQ(TakeAll(&queue), std::vector<std::string>{"b1"});
}

}  // namespace
}  // namespace pillion
