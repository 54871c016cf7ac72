// Fast matrix products: cuts them into blocks of depth, panels of columns and tiles (tile.hpp), long sums
// into halves, and all of it into parts for threads. In: MatMul calls in all four cases of transposition.
// Out: the product.
//
// The left side is read where it lies: a tile needs single elements of it. The right side is read by vectors,
// so its rows must be contiguous; where they are not (a transposed right side) either the whole product is
// turned round,
//   C = A . B^T   <=>   C^T = B . A^T,
// or panels of it are copied. Copies are also made where many rows reuse a panel whose rows lie far apart.
#include <algorithm>

#include "compiler/base/optimizations.hpp"
#include "runtime/kernels/fast/fast.hpp"
#include "runtime/kernels/fast/product.hpp"
#include "runtime/kernels/fast/tile.hpp"
#include "runtime/kernels/fast/transpose.hpp"
#include "runtime/kernels/share.hpp"

namespace nnc::rt::fast {
namespace {

// Rows [row, row + rows) and columns [column, column + columns) of one block of depth.
struct Block {
  std::int64_t row, rows;
  std::int64_t column, columns;
  std::int64_t begin, depth;
  const float* rhs;
  std::int64_t rhs_row;
};

void run_block(const TileSet& tiles, const Product& p, const Block& block) {
  std::array<const float*, TileSet::kMaxRows> rows{};
  for (std::int64_t r = 0; r < block.rows; ++r) {
    rows[static_cast<std::size_t>(r)] = p.lhs.data + (block.row + r) * p.lhs.row + block.begin * p.lhs.column;
  }
  Tile tile;
  tile.rows = rows.data();
  tile.inner = block.depth;
  tile.a_inner = p.lhs.column;
  tile.b = block.rhs;
  tile.b_inner = block.rhs_row;
  tile.columns = block.columns;
  tile.accumulate = block.begin > 0;
  const auto vectors = static_cast<std::size_t>((block.columns + tiles.lanes - 1) / tiles.lanes);
  const TileKernel kernel = tiles.kernels[vectors][static_cast<std::size_t>(block.rows)];
  float* out = p.out + block.row * p.out_row + block.column * p.out_column;
  if (p.out_column == 1) {
    tile.c = out;
    tile.c_row = p.out_row;
    kernel(tile);
    return;
  }
  // The result is wanted transposed: through a buffer.
  alignas(64) std::array<float, TileSet::kMaxRows * kMaxPanel> buffer;
  for (std::int64_t j = 0; tile.accumulate && j < block.columns; ++j) {
    for (std::int64_t r = 0; r < block.rows; ++r) {
      buffer[static_cast<std::size_t>(r * kMaxPanel + j)] = out[r * p.out_row + j * p.out_column];
    }
  }
  tile.c = buffer.data();
  tile.c_row = kMaxPanel;
  kernel(tile);
  for (std::int64_t j = 0; j < block.columns; ++j) {
    for (std::int64_t r = 0; r < block.rows; ++r) {
      out[r * p.out_row + j * p.out_column] = buffer[static_cast<std::size_t>(r * kMaxPanel + j)];
    }
  }
}

void copy_panel(const Matrix& rhs, std::int64_t begin, std::int64_t depth, std::int64_t column,
                std::int64_t columns, float* panel) {
  if (rhs.column == 1) {
    for (std::int64_t k = 0; k < depth; ++k) {
      std::copy_n(rhs.data + (begin + k) * rhs.row + column, columns, panel + k * kMaxPanel);
    }
    return;
  }
  // Its columns are contiguous then.
  transpose({rhs.data + begin + column * rhs.column, rhs.column, columns, depth, panel, kMaxPanel});
}

// A panel is copied if its rows are not contiguous, or if enough tiles use it to make up for rows so far
// apart that they fight for the same places in the cache.
bool wants_copy(const Product& p, std::int64_t row_parts) {
  if (p.rhs.column != 1) return true;
  return row_parts >= 8 && p.rhs.row >= 512 && p.depth >= 32;
}

// With a right side this small all of it stays near: the rows go outside, so that results are written in
// order.
constexpr std::int64_t kSmallSide = 16 * 1024;

void multiply_by_small(const TileSet& tiles, const Product& p, const EvenParts& panels) {
  const auto widest = static_cast<std::size_t>((panels.total + panels.count - 1) / panels.count);
  const EvenParts groups(p.rows, tiles.max_rows[widest]);
  for (std::int64_t g = 0; g < groups.count; ++g) {
    const std::int64_t row = groups.begin(g);
    for (std::int64_t i = 0; i < panels.count; ++i) {
      const std::int64_t column = panels.begin(i) * tiles.lanes;
      const std::int64_t columns = std::min(panels.begin(i + 1) * tiles.lanes, p.columns) - column;
      run_block(
          tiles, p,
          {row, groups.begin(g + 1) - row, column, columns, 0, p.depth, p.rhs.data + column, p.rhs.row});
    }
  }
}

// ---------------------------------------------------------------- the whole product

void multiply_dense(const Product& given) {
  // Turned round when that saves the copies, or copies the smaller side.
  const bool as_given = given.rhs.column == 1 || (given.lhs.column == 1 && given.rows > given.columns);
  const Product p = as_given ? given : given.turned();
  const TileSet& tiles = tile_set();
  const std::int64_t vectors = (p.columns + tiles.lanes - 1) / tiles.lanes;
  const EvenParts panels(vectors, tiles.max_vectors);
  if (p.rhs.column == 1 && p.depth <= kDepth && p.depth * p.columns <= kSmallSide) {
    return multiply_by_small(tiles, p, panels);
  }
  for (std::int64_t begin = 0; begin < p.depth; begin += kDepth) {
    const std::int64_t depth = std::min(kDepth, p.depth - begin);
    for (std::int64_t i = 0; i < panels.count; ++i) {
      const std::int64_t column = panels.begin(i) * tiles.lanes;
      const std::int64_t columns = std::min(panels.begin(i + 1) * tiles.lanes, p.columns) - column;
      const auto width = static_cast<std::size_t>((columns + tiles.lanes - 1) / tiles.lanes);
      const EvenParts groups(p.rows, tiles.max_rows[width]);
      Block block{0, 0, column, columns, begin, depth, p.rhs.data + begin * p.rhs.row + column, p.rhs.row};
      if (wants_copy(p, groups.count)) {
        copy_panel(p.rhs, begin, depth, column, columns, p.panel);
        block.rhs = p.panel;
        block.rhs_row = kMaxPanel;
      }
      for (std::int64_t g = 0; g < groups.count; ++g) {
        block.row = groups.begin(g);
        block.rows = groups.begin(g + 1) - block.row;
        run_block(tiles, p, block);
      }
    }
  }
}

void multiply(const Product& p) {
  if (!multiply_skipping_zeros(p)) multiply_dense(p);
}

Product share_of_columns(Product p, int part, int parts) {
  const std::int64_t lanes = tile_set().lanes;
  const Share share = share_of((p.columns + lanes - 1) / lanes, part, parts);
  const std::int64_t begin = share.begin * lanes;
  p.columns = std::min(share.end * lanes, p.columns) - begin;
  p.rhs.data += begin * p.rhs.column;
  p.out += begin * p.out_column;
  return p;
}

// The share of a part: of the columns if there are more of them than rows, of the rows otherwise. So the
// larger side is read by one part each, and only the smaller one by all.
Product share_of_product(Product p, const KernelCall& call) {
  const std::int64_t lanes = tile_set().lanes;
  if (p.columns > p.rows && (p.columns + lanes - 1) / lanes >= call.parts)
    return share_of_columns(p, call.part, call.parts);
  const Share share = share_of(p.rows, call.part, call.parts);
  p.rows = share.size();
  p.lhs.data += share.begin * p.lhs.row;
  p.out += share.begin * p.out_row;
  return p;
}

// ---------------------------------------------------------------- long sums

// A long sum is two chains, of the first and the second half of the depth, added at the end: with few rows
// each half can be a thread's. The right side is weights then, and a thread that reads the rows which it
// updated itself (exec/fused.cpp) finds them in its own cache; handed over from another core's, they cost
// more than multiplying them. Sums over the samples of a batch (a transposed left side) are one chain.
constexpr std::int64_t kLongSum = 512;
constexpr std::int64_t kFewRows = 64;
// The second halves of so many elements are in memory together, of so many rows at most: then at least 256
// columns are multiplied at once, the most that a kernel takes.
constexpr std::int64_t kHalves = 128 * 1024;
constexpr std::int64_t kRowsOfHalves = 512;

bool is_halved(const MatMulAttributes& attributes, std::int64_t depth) {
  return !attributes.transpose_lhs && depth >= kLongSum && is_on(Optimization::HalveSums);
}

std::int64_t half_of(std::int64_t depth) {
  return share_of((depth + kRowsOfWeights - 1) / kRowsOfWeights, 0, 2).end * kRowsOfWeights;
}

Product between(Product p, std::int64_t begin, std::int64_t end) {
  p.lhs.data += begin * p.lhs.column;
  p.rhs.data += begin * p.rhs.row;
  p.depth = end - begin;
  return p;
}
Product first_half(const Product& p) { return between(p, 0, half_of(p.depth)); }
Product second_half(const Product& p) { return between(p, half_of(p.depth), p.depth); }

struct Sizes {
  std::int64_t rows, columns;
};
Sizes halves_together(std::int64_t rows, std::int64_t columns) {
  rows = std::clamp<std::int64_t>(rows, 1, kRowsOfHalves);
  return {rows, std::min(columns, kHalves / rows / kMaxPanel * kMaxPanel)};
}

void add_half(const Product& p, const float* half, std::int64_t half_row) {
  const BlockKernel add = fast_blocks_f32()[OpKind::Add];
  for (std::int64_t row = 0; row < p.rows; ++row)
    add(p.out + row * p.out_row, half + row * half_row, nullptr, p.out + row * p.out_row, p.columns);
}

void multiply_halves(const Product& p, float* halves, const Sizes& most) {
  for (std::int64_t row = 0; row < p.rows; row += most.rows) {
    for (std::int64_t column = 0; column < p.columns; column += most.columns) {
      Product piece = p;
      piece.rows = std::min(most.rows, p.rows - row);
      piece.columns = std::min(most.columns, p.columns - column);
      piece.lhs.data += row * p.lhs.row;
      piece.rhs.data += column * p.rhs.column;
      piece.out += row * p.out_row + column;
      multiply(first_half(piece));
      Product second = second_half(piece);
      second.out = halves;
      second.out_row = most.columns;
      multiply(second);
      add_half(piece, halves, most.columns);
    }
  }
}

// Whether parts have halves: the first ones a share of the columns of the first half each, the others of the
// second, which they leave in their workspace for finish_matmul. (Of a transposed right side, columns are the
// rows that a thread updated.)
bool has_halves(const Product& p, const KernelCall& call) {
  const int shares = call.parts / 2;
  const bool are_wide = shares == 1 || p.columns >= shares * 2 * kMaxPanel;
  return call.parts % 2 == 0 && are_wide && p.rhs.column == 1 && p.rows <= kFewRows &&
         halves_together(p.rows, p.columns).columns == p.columns;
}

void multiply_a_half(const Product& p, const KernelCall& call, float* half) {
  const int shares = call.parts / 2;
  if (call.part < shares) return multiply(share_of_columns(first_half(p), call.part, shares));
  Product second = share_of_columns(second_half(p), call.part - shares, shares);
  second.out = half;
  second.out_row = second.columns;
  multiply(second);
}

// ---------------------------------------------------------------- calls

constexpr std::int64_t kPanel = kDepth * kMaxPanel;
constexpr std::int64_t kSlack = 16;  // some instruction sets write the last vector of a row whole

float* halves_of(std::byte* workspace) { return reinterpret_cast<float*>(workspace) + kPanel; }

Product product_of(const KernelCall& call) {
  const auto& attributes = *std::get_if<MatMulAttributes>(call.attributes);
  const TensorView& lhs = call.inputs[0];
  const TensorView& rhs = call.inputs[1];
  Product p{};
  p.rows = call.output.sizes[0];
  p.columns = call.output.sizes[1];
  p.depth = lhs.sizes[attributes.transpose_lhs ? 0 : 1];
  p.lhs = {lhs.as<float>(), lhs.sizes[1], 1};
  p.rhs = {rhs.as<float>(), rhs.sizes[1], 1};
  if (attributes.transpose_lhs) std::swap(p.lhs.row, p.lhs.column);
  if (attributes.transpose_rhs) std::swap(p.rhs.row, p.rhs.column);
  p.out = call.output.as<float>();
  p.out_row = p.columns;
  p.out_column = 1;
  if (call.rows >= 0) {
    p.lhs.data += call.first_row * p.lhs.row;
    p.rows = call.rows;
  }
  p.panel = reinterpret_cast<float*>(call.workspace.data());
  return p;
}

void matmul(const KernelCall& call) {
  Product p = product_of(call);
  if (p.rows == 0 || p.columns == 0) return;
  if (p.depth == 0) {
    if (call.part == 0) std::fill_n(p.out, p.rows * p.columns, 0.0F);
    if (call.update != nullptr) fast_update()->run(*call.update, p.out, p.rows * p.columns);
    return;
  }
  const bool halved = is_halved(*std::get_if<MatMulAttributes>(call.attributes), p.depth);
  float* halves = halves_of(call.workspace.data());
  if (halved && has_halves(p, call)) return multiply_a_half(p, call, halves);
  p = share_of_product(p, call);
  if (p.rows == 0 || p.columns == 0) return;
  if (call.update != nullptr && p.depth <= kUpdateDepth && p.rhs.column == 1)
    return multiply_and_update(p, *call.update);
  if (halved) {
    multiply_halves(p, halves, halves_together(call.output.sizes[0], call.output.sizes[1]));
  } else {
    multiply(p);
  }
  if (call.update != nullptr) fast_update()->run(*call.update, p.out, p.rows * p.columns);
}

// Adds the second halves.
void finish_matmul(const KernelCall& call) {
  const Product p = product_of(call);
  if (p.rows == 0 || p.columns == 0) return;
  if (!is_halved(*std::get_if<MatMulAttributes>(call.attributes), p.depth) || !has_halves(p, call)) return;
  const int shares = call.parts / 2;
  const std::size_t own_bytes = call.workspace.size() / static_cast<std::size_t>(call.parts);
  for (int share = 0; share < shares; ++share) {
    const Product columns = share_of_columns(p, share, shares);
    std::byte* workspace = call.workspace.data() + static_cast<std::size_t>(shares + share) * own_bytes;
    add_half(columns, halves_of(workspace), columns.columns);
  }
}

}  // namespace

void add_matmul(FastKernels& fast) {
  fast.add_cut(OpKind::MatMul, &matmul);
  fast.finishes.at(OpKind::MatMul) = &finish_matmul;
}

std::uint64_t matmul_workspace_bytes(std::span<const Shape> inputs, const Shape& output,
                                     const Attributes& attributes) {
  const auto& product = *std::get_if<MatMulAttributes>(&attributes);
  std::int64_t floats = kPanel;
  if (is_halved(product, inputs[0][product.transpose_lhs ? 0 : 1])) {
    const Sizes most = halves_together(output[0], output[1]);
    floats += most.rows * most.columns + kSlack;
  }
  return static_cast<std::uint64_t>(floats) * sizeof(float);
}

}  // namespace nnc::rt::fast
