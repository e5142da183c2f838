#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>

/// The metrics of the tests are kept in a folder of their own.
int main(int count, char** words) {
  std::string folder = "/dev/shm/whiteroom-test-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return 1;
  setenv("WHITEROOM_SEGMENTS", folder.c_str(), 1);
  static const std::string made = folder;
  // Registered before the engine's own end, and so called after it.
  std::atexit([] { std::filesystem::remove_all(made); });
  return doctest::Context(count, words).run();
}
