/// Plug-ins in a host: products of several vendors, each with a copy of the library of its own.
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fixture.h"
#include "segment_directory.h"

#ifdef __SANITIZE_ADDRESS__
// What outlives every static object of the library stays in memory when a host unloads a product:
// some hundred bytes each time. The sanitizer knows no more of such memory than who loaded the
// product.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:plugins_test.cpp\n"; }
#endif

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

namespace {

/// A product that the host has loaded; ending it unloads it.
class Product {
 public:
  /// Load the library at `path`, whose symbols all that is loaded later may see.
  explicit Product(const std::string& path)
      : library_(dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL), dlclose) {
    if (library_ == nullptr) throw std::runtime_error(dlerror());
  }

  void* make(const char* name) const { return call<void*(const char*)>("product_make")(name); }
  void process(void* one) const { call<void(void*)>("product_process")(one); }
  void end(void* one) const { call<void(void*)>("product_end")(one); }
  std::string problem(void* one) const { return call<const char*(void*)>("product_problem")(one); }
  std::uint64_t lost(void* one) const { return call<std::uint64_t(void*)>("product_lost")(one); }

 private:
  template <class Function>
  Function* call(const char* name) const {
    return reinterpret_cast<Function*>(dlsym(library_.get(), name));
  }

  std::unique_ptr<void, int (*)(void*)> library_;
};

/// A folder of segments that products find, and copies of the product's library.
class PluginFolder : public SegmentFolder {
 public:
  PluginFolder() { setenv("WHITEROOM_SEGMENTS", path.c_str(), 1); }
  ~PluginFolder() { unsetenv("WHITEROOM_SEGMENTS"); }

  /// Another product: for the loader a file of another name is another library.
  std::string copy() {
    const std::string file = path + "/product" + std::to_string(copies_++) + ".so";
    std::filesystem::copy_file(kLibrary, file);
    return file;
  }
  std::vector<SegmentFile> segments() const { return list_segments(path, "juce-plugin"); }
  std::string metrics() const { return expose(read_program(path, "juce-plugin").view, {}); }

 private:
  static inline const std::filesystem::path kLibrary =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "libwhiteroom-product.so";
  int copies_ = 0;
};

std::uint64_t bytes_of(const std::string& path) {
  struct stat facts{};
  return stat(path.c_str(), &facts) == 0 ? static_cast<std::uint64_t>(facts.st_blocks) * 512 : 0;
}

std::uint64_t locked_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t found = 0;
    if (word == "VmLck:" && status >> found) return found;
  }
  return 0;
}

std::string blocks(const std::string& name) {
  return "plugin_blocks_total{plugin=\"" + name + "\",mode=\"realtime\"}";
}

}  // namespace

TEST_CASE("the first instance of a product takes a megabyte or less, and locks no more") {
  PluginFolder folder;
  const std::uint64_t locked = locked_kib();
  const Product product(folder.copy());
  void* const reverb = product.make("Reverb");
  REQUIRE(folder.segments().size() == 1);
  CHECK(bytes_of(folder.segments().front().path) <= 1024 * 1024);
  CHECK(locked_kib() - locked <= 1024);
  CHECK(product.problem(reverb).empty());
  product.end(reverb);
}

TEST_CASE("a new process leaves dead segments to who scrapes, while there is room") {
  const SegmentFolder folder;
  for (int i = 0; i < 3; ++i) {
    run_and_kill([&] { (new TestSegment(folder.path))->events().increment(); });
  }
  TestSegment test(folder.path);
  CHECK(list_segments(folder.path, "test").size() == 4);
  fold_program(folder.path, "test");
  CHECK(list_segments(folder.path, "test").size() == 2);
  CHECK(line(exposed(folder.path), "test_events_total") == "test_events_total 3");
}

TEST_CASE("a new process folds what the dead have left before it needs their room") {
  const SegmentFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    constexpr int kOther = 77;  // who may not mount sees nothing of this
    if (unshare(CLONE_NEWNS) != 0) _exit(kOther);
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) _exit(kOther);
    if (mount("tmpfs", folder.path.c_str(), "tmpfs", 0, "size=4m,mode=0700") != 0) _exit(kOther);
    constexpr int kProcesses = 200;  // more than have room beside each other
    bool shared = true;
    for (int i = 0; i < kProcesses; ++i) {
      run_and_kill([&] { (new TestSegment(folder.path))->events().increment(); });
    }
    const TestSegment test(folder.path);
    shared = test.segment.preparation().shared;
    const std::string counted = "test_events_total " + std::to_string(kProcesses);
    _exit(shared && line(exposed(folder.path), "test_events_total") == counted ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) {
    MESSAGE("skipped: this user may not mount a memory file system");
  } else {
    CHECK(WEXITSTATUS(status) == 0);
  }
}

TEST_CASE("rooms grow in steps, and what was handed out stays where it is") {
  static constexpr LabelSpec kMany[] = {{"tool", {}, 20000}};
  static constexpr FamilySpec kWide[] = {
      {.name = "test_wide_total", .help = "Wide.", .labels = kMany}};
  const SegmentFolder folder;
  Segment segment({.program = "test", .directory = folder.path});
  segment.declare(kWide);
  const std::string path = segment.prepare().path;
  const std::uint64_t first = bytes_of(path);
  std::vector<std::uint64_t*> cells;
  std::set<std::uint64_t> sizes{first};
  for (int i = 0; i < 20000; ++i) {
    const std::string name = std::to_string(i);
    cells.push_back(segment.series(kWide[0], std::array<std::string_view, 1>{name}));
    wrm_any_add(cells.back(), 1);
    if (i % 100 == 0) sizes.insert(bytes_of(path));
  }
  CHECK(bytes_of(path) > 4 * first);
  CHECK(sizes.size() > 3);
  CHECK(sizes.size() < 20);
  for (int i = 0; i < 20000; i += 999) {
    const std::string name = std::to_string(i);
    CHECK(segment.series(kWide[0], std::array<std::string_view, 1>{name}) == cells.at(i));
  }
  const std::string text = exposed(folder.path);
  CHECK(line(text, "test_wide_total{tool=\"0\"}").ends_with(" 1"));
  CHECK(line(text, "test_wide_total{tool=\"19999\"}").ends_with(" 1"));
}

TEST_CASE("a child after fork() has room for what its parent had taken, and may take more") {
  const SegmentFolder folder;
  TestSegment test(folder.path, 64);
  std::vector<Instance> instances;
  const auto take = [&] {
    instances.push_back(test.segment.instance(kFamilies));
    Counter<Writers::one>(instances.back().cells(kCallbacks), nullptr).increment();
  };
  for (int i = 0; i < 40; ++i) take();
  run_and_kill([&] {
    Counter<Writers::one>(instances.front().cells(kCallbacks), nullptr).increment();
    for (int i = 0; i < 20; ++i) take();
  });
  take();
  CHECK(line(exposed(folder.path), "test_callbacks_total") == "test_callbacks_total 62");
}

TEST_CASE("twenty products in one process record each for itself") {
  PluginFolder folder;
  std::vector<std::unique_ptr<Product>> products;
  std::vector<void*> instances;
  for (int i = 0; i < 20; ++i) {
    products.push_back(std::make_unique<Product>(folder.copy()));
    const std::string name = "Product" + std::to_string(i % 16);
    instances.push_back(products.back()->make(name.c_str()));
    for (int blocks = 0; blocks <= i; ++blocks) products.back()->process(instances.back());
  }
  CHECK(folder.segments().size() == 20);
  const std::string text = folder.metrics();
  CHECK(line(text, blocks("Product0")).ends_with(" 18"));  // 1 and 17
  CHECK(line(text, blocks("Product15")).ends_with(" 16"));
  for (std::size_t i = 0; i < products.size(); ++i) {
    CHECK(products[i]->lost(instances[i]) == 0);
    products[i]->end(instances[i]);
  }
}

TEST_CASE(
    "a product that is unloaded ends in order, and goes on counting when it is loaded again") {
  PluginFolder folder;
  const std::string path = folder.copy();
  for (int round = 1; round <= 3; ++round) {
    {
      const Product product(path);
      void* const reverb = product.make("Reverb");
      product.process(reverb);
      product.end(reverb);
    }
    CHECK(dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD) == nullptr);
    const std::string text = folder.metrics();
    CHECK(line(text, blocks("Reverb")).ends_with(" " + std::to_string(round)));
    CHECK(line(text, "monitoring_processes_lost_total{program=\"juce-plugin\"}").ends_with(" 0"));
    CHECK(folder.segments().size() == 1);  // the base
  }
}

TEST_CASE("a scanner that makes ten thousand instances leaves one segment and no loss") {
  PluginFolder folder;
  const std::string path = folder.copy();
  const pid_t scanner = fork();
  if (scanner == 0) {
    auto* const product = new Product(path);
    for (int i = 0; i < 10000; ++i) {
      void* const reverb = product->make("Reverb");
      product->process(reverb);
      product->end(reverb);
    }
    kill(getpid(), SIGKILL);  // after its last instance a host may end as it likes
  }
  int status = 0;
  waitpid(scanner, &status, 0);
  CHECK(folder.segments().size() == 1);
  fold_program(folder.path, "juce-plugin");
  const std::string text = folder.metrics();
  CHECK(line(text, blocks("Reverb")).ends_with(" 10000"));
  CHECK(line(text, "monitoring_processes_lost_total{program=\"juce-plugin\"}").ends_with(" 0"));
  CHECK(line(text, "plugin_render_seconds_total{plugin=\"Reverb\",number=\"2\"}").empty());
}

TEST_CASE("what a product can't record is counted, and said to who asks") {
  setenv("WHITEROOM_SEGMENTS", "/nowhere/at/all", 1);
  PluginFolder folder;
  const std::string path = folder.copy();
  setenv("WHITEROOM_SEGMENTS", "/nowhere/at/all", 1);
  const Product product(path);
  std::vector<void*> made;
  for (int i = 0; i < 40; ++i) made.push_back(product.make(("P" + std::to_string(i)).c_str()));
  CHECK(product.problem(made.front()).find("/nowhere/at/all") != std::string::npos);
  CHECK(product.lost(made.front()) > 0);  // sixteen names at most
  for (void* one : made) product.end(one);
}
