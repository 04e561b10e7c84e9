// The program in a container of Amazon SageMaker's: without arguments.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "tests/end_to_end/sidecar_process.h"
#include "tests/support/paths.h"

namespace {

using pillion::Shell;
using pillion::Sidecar;
using ::testing::HasSubstr;

// Nobody listens there for the moment.
std::string FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t size = sizeof(address);
  bind(fd, reinterpret_cast<const sockaddr*>(&address), size);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(fd);
  return std::to_string(ntohs(address.sin_port));
}

TEST(SageMaker, ListensWhereItIsTold) {
  const std::string port = FreePort();
  Sidecar sidecar({"house=" + pillion::SourceDir() + "/examples/king-county/house-lr.zip"}, {},
                  [&] { setenv("SAGEMAKER_BIND_TO_PORT", port.c_str(), 1); });
  ASSERT_EQ(sidecar.Ctl("ready").code, 0);
  const std::string url = "http://127.0.0.1:" + port;
  EXPECT_EQ(Shell("curl -s -o /dev/null -w '%{http_code}' " + url + "/ping").out, "200");
  // What `pillion score` says of this house, see docs/models.md.
  EXPECT_EQ(
      Shell("curl -s -H 'content-type: text/csv' -d '98133,2,1.5,1190,1265,3,0,0,3,7,1190,2005,0,"
            "47.7274,-122.357,1390,1756' " +
            url + "/invocations")
          .out,
      "215347.94781947858");
  sidecar.Send(SIGTERM);
  EXPECT_EQ(sidecar.Wait(), 0);
}

TEST(SageMaker, ServesItsModel) {
  if (std::filesystem::exists("/opt/ml/model")) GTEST_SKIP() << "/opt/ml/model is somebody's";
  Sidecar sidecar({}, {}, [] { setenv("SAGEMAKER_SPARKML_SCHEMA", "{}", 1); });
  EXPECT_NE(sidecar.Wait(), 0);
  EXPECT_THAT(sidecar.Log(), HasSubstr("/opt/ml/model"));
}

}  // namespace
