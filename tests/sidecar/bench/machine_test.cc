// What the bench says of the machine, against what the test does to it: where threads run, and who
// disturbs whom.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <optional>

#include "sidecar/bench/floors.h"
#include "sidecar/bench/placement.h"
#include "sidecar/bench/quiet.h"

namespace pillion::bench {
namespace {

using std::chrono::milliseconds;

bool PinTo(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

// A child that keeps one CPU busy, with this process on the same one, for as long as it lives.
class Rival {
 public:
  Rival() {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_ = sched_getcpu();
    PinTo(cpu_);
    pid_ = fork();
    if (pid_ == 0) prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (volatile std::uint64_t i = 0; pid_ == 0;) i = i + 1;
  }
  ~Rival() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    sched_setaffinity(0, sizeof before_, &before_);
  }

  int cpu() const { return cpu_; }
  pid_t pid() const { return pid_; }

 private:
  cpu_set_t before_{};
  int cpu_ = 0;
  pid_t pid_ = 0;
};

TEST(Placement, SeesWhereBothEndsRun) {
  const Rival rival;
  const CpuPair cpus = CpusNow(rival.pid());
  EXPECT_EQ(cpus, (CpuPair{rival.cpu(), rival.cpu()}));
  EXPECT_EQ(RelationBySystem(cpus), Relation::kOneCpu);
  EXPECT_EQ(RelationByMeasuring(cpus), Relation::kOneCpu);
}

TEST(Placement, NamesThePairOfMostRounds) {
  const Placement placement = PlacementOf({{3, 3}, {0, 0}, {0, 0}});
  EXPECT_EQ(placement.relation, Relation::kOneCpu);
  EXPECT_EQ(placement.Text(), "one CPU (CPU 0) in 2 of 3 rounds");
  // Which of the two is whose does not matter.
  EXPECT_EQ(PlacementOf({{1, 0}, {2, 2}, {0, 1}}).cpus, (CpuPair{0, 1}));
  EXPECT_EQ(PlacementOf({}).Text(), "unknown");
  EXPECT_EQ(PlacementOf({{-1, -1}}).Text(), "unknown");
}

TEST(Placement, LeavesTheThreadWhereItMayRun) {
  cpu_set_t before;
  cpu_set_t after;
  sched_getaffinity(0, sizeof before, &before);
  RelationByMeasuring({0, 1});
  sched_getaffinity(0, sizeof after, &after);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(QuietWatch, SeesAnotherTakeTheCpu) {
  const Rival rival;
  QuietWatch watch(0);
  for (int i = 0; i < 100; ++i) watch.Calibrate();
  const Disturbance disturbance = watch.Read();
  EXPECT_GT(disturbance.switches_per_s, 0) << disturbance.Text();
  EXPECT_GT(disturbance.lost_percent, 5) << disturbance.Text();
  EXPECT_FALSE(disturbance.quiet()) << disturbance.Text();
}

TEST(Disturbance, IsQuietOnlyWhereAllThreeAreLow) {
  EXPECT_TRUE(Disturbance{}.quiet());
  EXPECT_FALSE((Disturbance{1, 0, 0}.quiet()));
  EXPECT_FALSE((Disturbance{0, 500, 0}.quiet()));
  EXPECT_FALSE((Disturbance{0, 0, 2}.quiet()));
}

TEST(Floor, RunsAgainAndAgain) {
  for (const auto make : {MakeLineFloor, MakeFutexFloor, MakeSocketFloor}) {
    const auto floor = make();
    for (int i = 0; i < 2; ++i) EXPECT_GT(floor->Run(milliseconds(500)).count(), 0U);
  }
}

}  // namespace
}  // namespace pillion::bench
