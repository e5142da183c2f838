#include "scrape_body.h"

#include <new>
#include <utility>
#include <vector>

#include "whiteroom/monitoring/fold.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

/// What next() writes, at least: enough that most programs need only one.
constexpr std::size_t kBlockBytes = 256 * 1024;
/// What zlib takes for a stream (zlib.h, deflateInit2), rounded up.
constexpr std::size_t kStreamBytes = 512 * 1024;

std::vector<ProgramView> views_of(const Segment& segment) {
  fold_program(segment.directory(), segment.program());
  std::vector<ProgramView> views;
  views.push_back(
      read_program(segment.directory(), segment.program(), segment.unshared_bytes()).view);
  return views;
}

std::unique_ptr<z_stream> gzip_stream() {
  constexpr int kFastest = 1;  // the network is this machine, or near
  constexpr int kGzip = 16 + MAX_WBITS;
  constexpr int kMemory = 8;
  auto stream = std::make_unique<z_stream>();
  if (deflateInit2(stream.get(), kFastest, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::bad_alloc();
  }
  return stream;
}

}  // namespace

ScrapeBody::ScrapeBody(Segment& segment, ExpositionOptions options, bool gzip)
    : segment_(segment), exposition_(views_of(segment), options) {
  if (gzip) stream_ = gzip_stream();
  spent_ = Clock::now() - begun_;
}

ScrapeBody::~ScrapeBody() {
  if (stream_) deflateEnd(stream_.get());
}

bool ScrapeBody::next() {
  block_.clear();
  // A compressed block may take all that it was given without a byte to show for it.
  while (!finished_ && block_.empty()) {
    const auto begin = Clock::now();
    std::string& text = stream_ ? text_ : block_;
    text.clear();
    finished_ = !exposition_.append(text, kBlockBytes);
    if (stream_) compress(finished_);
    spent_ += Clock::now() - begin;
    if (finished_) segment_.count_exposition(spent_);
  }
  return !block_.empty();
}

void ScrapeBody::compress(bool last) {
  stream_->next_in = reinterpret_cast<Bytef*>(text_.data());
  stream_->avail_in = static_cast<uInt>(text_.size());
  do {
    const std::size_t used = block_.size();
    block_.resize(used + kBlockBytes);
    stream_->next_out = reinterpret_cast<Bytef*>(&block_[used]);
    stream_->avail_out = static_cast<uInt>(kBlockBytes);
    deflate(stream_.get(), last ? Z_FINISH : Z_NO_FLUSH);
    block_.resize(block_.size() - stream_->avail_out);
  } while (stream_->avail_out == 0);
}

std::size_t ScrapeBody::held_bytes() const noexcept {
  return exposition_.held_bytes() + 2 * kBlockBytes + (stream_ ? kStreamBytes : 0);
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
