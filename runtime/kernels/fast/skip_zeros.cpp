// Matrix products that skip zeros of one side: pixels without ink, units without activation, gradients of
// units that were not active. In: a product. Out: the same bits as its dense form, in less time.
//
// The side with the zeros stands left: each of its elements that is not 0 takes one row of the other side.
// Where it is the right side, the product is turned round, C^T = B^T . A^T, and pieces of the result are
// turned back on the way out. Rows that are not contiguous are copied. Each of these costs something, and a
// few samples tell whether it pays.
#include <algorithm>
#include <array>

#include "compiler/base/optimizations.hpp"
#include "runtime/kernels/fast/fast.hpp"
#include "runtime/kernels/fast/product.hpp"
#include "runtime/kernels/fast/sparse.hpp"
#include "runtime/kernels/fast/tile.hpp"
#include "runtime/kernels/fast/transpose.hpp"

namespace nnc::rt::fast {
namespace {

using Masks = std::array<std::uint32_t, SparseBlock::kRows>;

static_assert(kUpdateDepth == SparseBlock::kDepth);

// With shorter rows, finding the zeros costs as much as they do.
constexpr std::int64_t kShortRow = 64;
// Columns that are copied, or turned back, at a time.
constexpr std::int64_t kCopied = 256;
constexpr std::int64_t kTurned = 128;
// Rows of a copy, a line longer than they need be: rows a power of two apart fight for the same places in the
// cache.
constexpr std::int64_t kCopiedRow = kCopied + 16;
static_assert(kCopiedRow * SparseBlock::kDepth <= kDepth * kMaxPanel, "a copy fits the panel");

// ---------------------------------------------------------------- one block

SparseBlock block_of(const Product& p) {
  SparseBlock s;
  s.a_row = p.lhs.row, s.a_column = p.lhs.column;
  s.b_row = p.rhs.row;
  s.c_row = p.out_row;
  s.columns = p.columns;
  return s;
}

void choose_rows(SparseBlock& s, const Product& p, std::int64_t row) {
  s.rows = std::min<std::int64_t>(SparseBlock::kRows, p.rows - row);
}

void choose_depth(SparseBlock& s, const Product& p, std::int64_t begin) {
  s.depth = std::min<std::int64_t>(SparseBlock::kDepth, p.depth - begin);
  s.accumulate = begin > 0;
}

void multiply_dense(const SparseBlock& s) {
  const TileSet& tiles = tile_set();
  std::array<const float*, TileSet::kMaxRows> rows{};
  Tile tile;
  tile.rows = rows.data();
  tile.inner = s.depth;
  tile.a_inner = s.a_column;
  tile.b_inner = s.b_row;
  tile.c_row = s.c_row;
  tile.accumulate = s.accumulate;
  const EvenParts panels((s.columns + tiles.lanes - 1) / tiles.lanes, tiles.max_vectors);
  for (std::int64_t i = 0; i < panels.count; ++i) {
    const std::int64_t column = panels.begin(i) * tiles.lanes;
    tile.columns = std::min(panels.begin(i + 1) * tiles.lanes, s.columns) - column;
    tile.b = s.b + column;
    const auto width = static_cast<std::size_t>((tile.columns + tiles.lanes - 1) / tiles.lanes);
    const EvenParts groups(s.rows, tiles.max_rows[width]);
    for (std::int64_t g = 0; g < groups.count; ++g) {
      const auto count = static_cast<std::size_t>(groups.begin(g + 1) - groups.begin(g));
      for (std::size_t r = 0; r < count; ++r)
        rows[r] = s.a + (groups.begin(g) + static_cast<std::int64_t>(r)) * s.a_row;
      tile.c = s.c + groups.begin(g) * s.c_row + column;
      tiles.kernels[width][count](tile);
    }
  }
}

// Skipping pays while at most so many of 16 factors are not zero.
constexpr std::int64_t kOften = 12;

// Whether the zeros of this block are worth skipping; the masks then say where the others are.
bool find(const SparseBlock& s, Masks& masks) {
  return sparse_set().find(s, masks.data()) * 16 <= s.rows * s.depth * kOften;
}

void multiply(const SparseBlock& s, Masks& masks) {
  if (find(s, masks)) {
    sparse_set().multiply(s, masks.data());
  } else {
    multiply_dense(s);
  }
}

// ---------------------------------------------------------------- is it worth it?

// The share of elements of the left side that are not 0, by a few blocks spread over all of it.
double share_of_others(const Product& p) {
  constexpr std::int64_t kSamples = 4;
  Masks masks;
  std::int64_t found = 0;
  std::int64_t elements = 0;
  SparseBlock s = block_of(p);
  for (std::int64_t i = 0; i < kSamples; ++i) {
    const std::int64_t row = p.rows * i / kSamples;
    const std::int64_t begin = p.depth * (i * 3 % kSamples) / kSamples;
    choose_rows(s, p, row);
    choose_depth(s, p, begin);
    s.a = p.lhs.data + row * p.lhs.row + begin * p.lhs.column;
    found += sparse_set().find(s, masks.data());
    elements += s.rows * s.depth;
  }
  return static_cast<double>(found) / static_cast<double>(elements);
}

// What a row of a copy costs, in multiply-adds with the row.
constexpr double kCopy = 8;
constexpr double kNever = 2;

// Times in those of the dense product. Both sides are contiguous one way or the other.
double cost_with_left(const Product& p) {
  if (p.columns < kShortRow) return kNever;
  const double copies = p.rhs.column == 1 ? 0 : kCopy / static_cast<double>(p.rows);
  return copies >= 1 ? kNever : share_of_others(p) * 16 / kOften + copies;
}

double cost_with_right(const Product& p) {
  if (p.rows < kShortRow || p.lhs.row != 1) return kNever;
  const double turns = kCopy / static_cast<double>(p.depth);
  return turns >= 1 ? kNever : share_of_others(p.turned()) * 16 / kOften + turns;
}

// ---------------------------------------------------------------- zeros on the left

// Rows and columns of the result that are computed together: by all of their depth, a block of depth at a
// time.
struct Area {
  std::int64_t row, rows;
  std::int64_t column, columns;
};

// What the rows from `row` on ask for: their share of the area's next block of depth of the right side.
Ahead ahead_of(const Product& p, const Area& area, std::int64_t begin, std::int64_t row) {
  constexpr std::int64_t kLine = 64 / sizeof(float);
  const std::int64_t next = begin + SparseBlock::kDepth;
  const std::int64_t depth = std::min<std::int64_t>(SparseBlock::kDepth, p.depth - next);
  Ahead ahead;
  if (depth <= 0) return ahead;
  const bool by_rows = p.rhs.column == 1;
  const std::int64_t pieces = by_rows ? depth : area.columns;
  ahead.distance = by_rows ? p.rhs.row : p.rhs.column;
  ahead.lines = ((by_rows ? area.columns : depth) + kLine - 1) / kLine;
  ahead.at_once = (pieces + area.rows - 1) / area.rows;
  const std::int64_t first = (row - area.row) * ahead.at_once;
  ahead.pieces = std::max<std::int64_t>(pieces - first, 0);
  ahead.data = p.rhs.data + next * p.rhs.row + area.column * p.rhs.column + first * ahead.distance;
  return ahead;
}

// The block of the right side that belongs to some depth is used by all rows of the area before the next.
void multiply_area(const Product& p, const Area& area) {
  Masks masks;
  SparseBlock s = block_of(p);
  s.columns = area.columns;
  for (std::int64_t begin = 0; begin < p.depth; begin += SparseBlock::kDepth) {
    choose_depth(s, p, begin);
    s.b = p.rhs.data + begin * p.rhs.row + area.column * p.rhs.column;
    if (p.rhs.column != 1) {
      transpose({s.b, p.rhs.column, s.columns, s.depth, p.panel, kCopiedRow});
      s.b = p.panel;
      s.b_row = kCopiedRow;
    }
    for (std::int64_t row = area.row; row < area.row + area.rows; row += s.rows) {
      s.rows = std::min<std::int64_t>(SparseBlock::kRows, area.row + area.rows - row);
      s.a = p.lhs.data + row * p.lhs.row + begin * p.lhs.column;
      s.c = p.out + row * p.out_row + area.column;
      s.ahead = ahead_of(p, area, begin, row);
      multiply(s, masks);
    }
  }
}

// All rows where their right side is copied; otherwise so many that their results stay in the second cache
// until they are complete.
void multiply_by_left(const Product& p) {
  constexpr std::int64_t kTogether = 32 * 1024;
  const bool copies = p.rhs.column != 1;
  const std::int64_t tallest = copies ? p.rows : std::max<std::int64_t>(kTogether / p.columns, 32);
  const std::int64_t widest = copies ? kCopied : p.columns;
  for (std::int64_t row = 0; row < p.rows; row += tallest) {
    for (std::int64_t column = 0; column < p.columns; column += widest)
      multiply_area(p, {row, std::min(tallest, p.rows - row), column, std::min(widest, p.columns - column)});
  }
}

// ---------------------------------------------------------------- zeros on the right

void multiply_by_right(const Product& p) {
  alignas(64) std::array<float, SparseBlock::kRows * kTurned> piece;
  Masks masks;
  const Product t = p.turned();
  SparseBlock s = block_of(t);
  s.c = piece.data();
  s.c_row = kTurned;
  for (std::int64_t column = 0; column < t.columns; column += kTurned) {
    s.columns = std::min(kTurned, t.columns - column);
    for (std::int64_t row = 0; row < t.rows; row += SparseBlock::kRows) {
      choose_rows(s, t, row);
      for (std::int64_t begin = 0; begin < t.depth; begin += SparseBlock::kDepth) {
        choose_depth(s, t, begin);
        s.a = t.lhs.data + row * t.lhs.row + begin * t.lhs.column;
        s.b = t.rhs.data + begin * t.rhs.row + column;
        multiply(s, masks);
      }
      transpose({piece.data(), kTurned, s.rows, s.columns, p.out + column * p.out_row + row, p.out_row});
    }
  }
}

// ---------------------------------------------------------------- gradients

// A few rows at a time, so that a gradient is still near when it is used; with long rows it never leaves the
// registers, which saves more than a tile would even where nothing is zero.
void update_by_left(const Product& p, const UpdateCall& update) {
  Masks masks;
  SparseBlock s = block_of(p);
  choose_depth(s, p, 0);
  s.b = p.rhs.data;
  s.c = p.out;
  const bool skips = p.columns >= kShortRow && is_on(Optimization::SkipZeros);
  for (std::int64_t row = 0; row < p.rows; row += s.rows) {
    choose_rows(s, p, row);
    s.a = p.lhs.data + row * p.lhs.row;
    const UpdateCall here = update.from(row * p.columns);
    s.update = &here;
    if (skips) {
      sparse_set().find(s, masks.data());
      sparse_set().multiply(s, masks.data());
    } else {
      multiply_dense(s);
      fast_update()->run(here, p.out, s.rows * s.columns);
    }
  }
}

}  // namespace

bool multiply_skipping_zeros(const Product& p) {
  if (!is_on(Optimization::SkipZeros)) return false;
  const double left = cost_with_left(p);
  const double right = cost_with_right(p);
  if (std::min(left, right) > 1) return false;
  if (left <= right) {
    multiply_by_left(p);
  } else {
    multiply_by_right(p);
  }
  return true;
}

void multiply_and_update(const Product& p, const UpdateCall& update) {
  // An update in registers saves more than a third of a dense product.
  constexpr double kInRegisters = 0.4;
  if (is_on(Optimization::SkipZeros)) {
    const double right = cost_with_right(p);
    if (right + kInRegisters < std::min(1.0, cost_with_left(p))) {
      multiply_by_right(p);
      fast_update()->run(update, p.out, p.rows * p.columns);
      return;
    }
  }
  update_by_left(p, update);
}

}  // namespace nnc::rt::fast
