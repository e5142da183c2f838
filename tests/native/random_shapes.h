/// Shapes that nobody has thought of: everything about them follows from a seed.
#pragma once

#include <array>

#include "device_oracle.h"

namespace whiteroom::testing {

/// Return a host and a device such as there are, in trouble as there is.
inline Shape random_shape(std::uint64_t seed, double duration) {
  constexpr std::array<std::uint32_t, 10> kFrames{32, 64, 128, 192, 256, 441, 480, 512, 1024, 2048};
  constexpr std::array<double, 4> kRates{44'100, 48'000, 96'000, 192'000};
  constexpr std::array<double, 6> kPpm{0, 10, 100, 1'000, 4'000, 8'000};
  constexpr std::array<double, 6> kJitter{0, 5e-6, 50e-6, 200e-6, 1e-3, 4e-3};
  Dice dice(seed * 2'654'435'761U + 1);
  const auto pick = [&](const auto& list) {
    return list[dice.below(static_cast<std::uint32_t>(list.size()))];
  };
  Shape shape;
  shape.seed = seed;
  shape.duration = duration;
  shape.rate = pick(kRates);
  shape.ppm = pick(kPpm) * dice.between(-1, 1);
  shape.frames = pick(kFrames);
  shape.depth = 2 + dice.below(5);
  const double block = shape.frames / shape.rate;
  if (shape.depth >= 4 && dice.one_in(2)) shape.at_once = shape.depth / 2;
  if (dice.one_in(4)) shape.split = Split::parts;
  if (dice.one_in(6)) shape.split = Split::buffered;
  shape.parts = 2 + dice.below(15);
  shape.told = dice.one_in(2);
  shape.wait_told = dice.one_in(3);
  shape.grid = shape.split != Split::buffered && dice.one_in(3);
  shape.starts_empty = dice.one_in(2);
  shape.load = dice.between(0.02, 0.9);
  shape.load_spread = dice.share() * dice.share() * std::min(1.0, 1 / shape.load - 1);
  if (dice.one_in(3)) {
    shape.heavy_every = dice.between(5, 60);
    shape.heavy = dice.between(0.5, 1.2);
  }
  shape.jitter = std::min(pick(kJitter), block * dice.between(0.05, 0.9));
  if (!dice.one_in(4)) shape.overload_every = dice.between(0.5, 60);
  if (dice.one_in(2)) shape.late_every = dice.between(0.5, 60);
  shape.fault_most = dice.between(0.001, 0.12);
  if (dice.one_in(4)) shape.device_every = dice.between(2, 60);
  if (dice.one_in(4)) shape.hole_every = dice.between(10, 100);
  if (dice.one_in(3)) shape.pause_every = dice.between(5, 100);
  shape.reports_xruns = dice.one_in(2);
  shape.report_lag = dice.below(shape.depth + 1);
  return shape;
}

/// Return the same with a thread that is overloaded only where a fault is injected, so that each
/// silence has one cause.
inline Shape ordinary(Shape shape) {
  constexpr double kMost = 0.95;
  constexpr double kCall_s = 6e-6;  // that a callback takes beside rendering, at most
  const double block_s = shape.frames / shape.rate;
  if (shape.parts * kCall_s > 0.1 * block_s) shape.split = Split::whole;
  const std::uint32_t calls = shape.split == Split::whole ? 1 : shape.parts;
  const double late = shape.jitter / block_s + calls * kCall_s / block_s;
  // A store takes up to one and a half blocks more than are asked for.
  const double taken = shape.split == Split::buffered ? 1 + 1.5 / shape.at_once : 1;
  const double heaviest = (1 + shape.load_spread) * taken;
  const double most = heaviest * shape.load + late;
  if (most > kMost) shape.load *= std::max(0.01, (kMost - late) / (most - late));
  if (shape.heavy * heaviest + late > kMost) shape.heavy_every = 0;
  return shape;
}

}  // namespace whiteroom::testing
