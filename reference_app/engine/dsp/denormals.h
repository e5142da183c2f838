/// Numbers that are too small to hear and too slow to compute.
#pragma once

#include <cstdint>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace whiteroom::engine::dsp {

/// While it lives, this thread takes denormal numbers for zero: the tail of a filter would
/// otherwise cost a hundred times as much as its sound.
class FlushDenormals {
 public:
#if defined(__SSE__)
  FlushDenormals() noexcept : saved_(_mm_getcsr()) { _mm_setcsr(saved_ | kFlushAndZero); }
  ~FlushDenormals() { _mm_setcsr(saved_); }
#elif defined(__aarch64__)
  FlushDenormals() noexcept {
    asm volatile("mrs %0, fpcr" : "=r"(saved_));
    asm volatile("msr fpcr, %0" : : "r"(saved_ | kFlush));
  }
  ~FlushDenormals() { asm volatile("msr fpcr, %0" : : "r"(saved_)); }
#else
  FlushDenormals() noexcept = default;
  ~FlushDenormals() = default;
#endif
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__SSE__)
  static constexpr unsigned kFlushAndZero = 0x8040;  // FTZ and DAZ of MXCSR
  unsigned saved_;
#elif defined(__aarch64__)
  static constexpr std::uint64_t kFlush = std::uint64_t{1} << 24U;  // FZ of FPCR
  std::uint64_t saved_;
#endif
};

}  // namespace whiteroom::engine::dsp
