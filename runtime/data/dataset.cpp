// Loads a data set from its four IDX files. In: its declaration. Out: samples and labels that fit each other
// and the declaration, or which file does not and why.
#include "runtime/data/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <future>
#include <span>
#include <utility>

#include "runtime/data/idx.hpp"
#include "runtime/data/sha256.hpp"

namespace nnc::rt {
namespace {

// As the file has it, so that a compressed and a plain copy have one identity.
void add_file(Sha256& sha, const IdxArray& array) {
  std::vector<std::uint8_t> header = {0, 0, 0x08, static_cast<std::uint8_t>(array.sizes.size())};
  for (const std::int64_t size : array.sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) header.push_back(static_cast<std::uint8_t>(size >> shift));
  }
  sha.add(std::as_bytes(std::span(header)));
  sha.add(std::as_bytes(std::span(array.bytes)));
}

// The sizes were checked by inspect_idx_folder, but files may have changed since.
Status check_sizes(const std::string& path, const IdxArray& array, std::int64_t count, std::size_t rank) {
  if (array.sizes.size() == rank && array.sizes[0] == count) return Done{};
  return Failure{fmt::format("`{}` changed while it was read", path), "start again"};
}

Status check_labels(const std::string& path, const std::vector<std::uint8_t>& labels,
                    std::size_t class_count) {
  const auto bad =
      std::find_if(labels.begin(), labels.end(), [&](std::uint8_t label) { return label >= class_count; });
  if (bad == labels.end()) return Done{};
  return Failure{fmt::format("label {} of `{}` is {}, but there are {} classes (0 to {})",
                             bad - labels.begin() + 1, path, *bad, class_count, class_count - 1),
                 "declare as many `classes` as there are labels, or get the file again"};
}

std::vector<std::string> numbered_classes(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

struct Part {
  IdxArray images;
  IdxArray labels;
};

Result<Part> read_part(const std::string& images_path, const std::string& labels_path,
                       const Shape& sample_shape, std::int64_t count) {
  Result<IdxArray> images = read_idx(images_path);
  if (!images) return images.failure();
  const auto expected = static_cast<std::uint64_t>(count * sample_shape.element_count().value_or(0));
  const std::vector<std::int64_t>& sizes = images.value().sizes;
  if (Status status = check_sizes(images_path, images.value(), count, sizes.size()); !status)
    return status.failure();
  if (images.value().bytes.size() != expected) {
    return Failure{fmt::format("`{}` changed while it was read", images_path), "start again"};
  }
  Result<IdxArray> labels = read_idx(labels_path);
  if (!labels) return labels.failure();
  if (Status status = check_sizes(labels_path, labels.value(), count, 1); !status) return status.failure();
  return Part{std::move(images).value(), std::move(labels).value()};
}

void add_part(Sha256& sha, const Part& part) {
  add_file(sha, part.images);
  add_file(sha, part.labels);
}

DataPart take(Part& part) { return {std::move(part.images.bytes), std::move(part.labels.bytes)}; }

// What is known before a sample is read.
Dataset begin_dataset(const DataPlan& plan, const IdxFacts& facts) {
  Dataset data;
  data.sample_shape = facts.sample_shape;
  data.features = static_cast<std::size_t>(data.sample_shape.element_count().value_or(0));
  data.classes = plan.classes;
  if (data.classes.empty()) {
    const int count = plan.class_count > 0 ? plan.class_count : facts.class_count;
    data.classes = numbered_classes(static_cast<std::size_t>(count));
  }
  return data;
}

}  // namespace

Result<Dataset> load_dataset(const DataPlan& plan) {
  Result<IdxFolder> folder = find_idx_folder(plan.directory);
  if (!folder) return folder.failure();
  Result<IdxFacts> facts = inspect_idx_folder(plan.directory);
  if (!facts) return facts.failure();
  const IdxFolder& files = folder.value();

  Dataset data = begin_dataset(plan, facts.value());
  std::future<Result<Part>> other = std::async(std::launch::async, [&] {
    return read_part(files.test_images, files.test_labels, data.sample_shape, facts.value().test_count);
  });
  Result<Part> train =
      read_part(files.train_images, files.train_labels, data.sample_shape, facts.value().train_count);
  if (!train) return train.failure();
  Sha256 sha;
  add_part(sha, train.value());
  Result<Part> test = other.get();
  if (!test) return test.failure();
  add_part(sha, test.value());
  data.sha256 = sha.finish();
  data.train = take(train.value());
  data.test = take(test.value());
  if (Status status = check_labels(files.train_labels, data.train.labels, data.classes.size()); !status) {
    return status.failure();
  }
  if (Status status = check_labels(files.test_labels, data.test.labels, data.classes.size()); !status) {
    return status.failure();
  }
  return data;
}

Result<Dataset> load_part_of_dataset(const DataPlan& plan, DataSide side) {
  Result<IdxFolder> folder = find_idx_folder(plan.directory);
  if (!folder) return folder.failure();
  Result<IdxFacts> facts = inspect_idx_folder(plan.directory);
  if (!facts) return facts.failure();
  const bool test = side == DataSide::Test;
  const std::string& images = test ? folder.value().test_images : folder.value().train_images;
  const std::string& labels = test ? folder.value().test_labels : folder.value().train_labels;

  Dataset data = begin_dataset(plan, facts.value());
  const std::int64_t count = test ? facts.value().test_count : facts.value().train_count;
  Result<Part> part = read_part(images, labels, data.sample_shape, count);
  if (!part) return part.failure();
  DataPart& into = test ? data.test : data.train;
  into = take(part.value());
  if (Status status = check_labels(labels, into.labels, data.classes.size()); !status) {
    return status.failure();
  }
  return data;
}

}  // namespace nnc::rt
