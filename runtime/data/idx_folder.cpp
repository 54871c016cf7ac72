// A folder with the four files of a data set as MNIST names them. In: a folder. Out: which files these are,
// and, without reading the images, what a declaration has to be checked against.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include "runtime/data/idx.hpp"

namespace nnc::rt {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDebianFolder = "/usr/share/datasets/";

// How to get a data set that Debian has a package for.
std::string missing_hint(const std::string& directory) {
  if (!directory.starts_with(kDebianFolder))
    return "check the path; it is relative to the folder of the .nn file";
  std::string name = directory.substr(kDebianFolder.size());
  name = name.substr(0, name.find('/'));
  if (name.empty()) return "name the folder of one data set in it";
  if (name == "fashion-mnist") return "install the Debian package: sudo apt install dataset-fashion-mnist";
  return fmt::format("check the name; if Debian has the data set, its package is `dataset-{}`", name);
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

// "train-images-idx3-ubyte" as it is there: with a point instead of the hyphen, any number of axes, plain or
// gzip.
std::optional<std::string> find_file(const std::string& directory, std::string_view stem,
                                     std::string_view axes) {
  for (const char count : axes) {
    for (const char* const separator : {"-", "."}) {
      for (const char* const ending : {"", ".gz"}) {
        const fs::path path =
            fs::path(directory) / fmt::format("{}{}idx{}-ubyte{}", stem, separator, count, ending);
        if (is_there(path)) return path.string();
      }
    }
  }
  return std::nullopt;
}

Failure inconsistent(std::string message) {
  return Failure{std::move(message), "the four files have to belong to one data set"};
}

struct Half {
  std::vector<std::int64_t> sizes;  // of the images
  int class_count = 0;
};

// Training or test samples: as many labels as images.
Result<Half> inspect_half(const std::string& images_path, const std::string& labels_path) {
  Result<IdxHeader> images = read_idx_header(images_path);
  if (!images) return images.failure();
  Result<IdxArray> labels = read_idx(labels_path);
  if (!labels) return labels.failure();
  if (images.value().sizes.size() < 2) {
    return inconsistent(fmt::format("`{}` has {} axes, but samples need at least two", images_path,
                                    images.value().sizes.size()));
  }
  if (labels.value().sizes.size() != 1) {
    return inconsistent(
        fmt::format("`{}` has {} axes, but labels have one", labels_path, labels.value().sizes.size()));
  }
  if (images.value().sizes[0] != labels.value().sizes[0]) {
    return inconsistent(fmt::format("`{}` has {} samples, but `{}` has {} labels", images_path,
                                    images.value().sizes[0], labels_path, labels.value().sizes[0]));
  }
  const std::vector<std::uint8_t>& values = labels.value().bytes;
  return Half{std::move(images.value().sizes), *std::max_element(values.begin(), values.end()) + 1};
}

Shape sample_shape(const std::vector<std::int64_t>& sizes) {
  if (sizes.size() == 3) return Shape{sizes[1], sizes[2], 1};  // grey images have one channel
  return Shape(std::vector<std::int64_t>(sizes.begin() + 1, sizes.end()));
}

}  // namespace

Result<IdxFolder> find_idx_folder(const std::string& directory) {
  std::error_code error;
  if (!fs::exists(directory, error)) {
    return Failure{fmt::format("there is no folder `{}`", directory), missing_hint(directory)};
  }
  if (!fs::is_directory(directory, error)) {
    return Failure{fmt::format("`{}` is not a folder", directory), "name the folder with the four IDX files"};
  }
  IdxFolder folder;
  struct Wanted {
    std::string_view stem;
    std::string_view axes;
    std::string IdxFolder::*path;
  };
  const std::array<Wanted, 4> wanted = {{{"train-images", "342", &IdxFolder::train_images},
                                         {"train-labels", "1", &IdxFolder::train_labels},
                                         {"t10k-images", "342", &IdxFolder::test_images},
                                         {"t10k-labels", "1", &IdxFolder::test_labels}}};
  for (const Wanted& file : wanted) {
    std::optional<std::string> found = find_file(directory, file.stem, file.axes);
    if (!found) {
      return Failure{
          fmt::format("`{}` has no file `{}-idx{}-ubyte` (or with .gz)", directory, file.stem, file.axes[0]),
          missing_hint(directory)};
    }
    folder.*file.path = *std::move(found);
  }
  return folder;
}

Result<IdxFacts> inspect_idx_folder(const std::string& directory) {
  Result<IdxFolder> folder = find_idx_folder(directory);
  if (!folder) return folder.failure();
  Result<Half> train = inspect_half(folder.value().train_images, folder.value().train_labels);
  if (!train) return train.failure();
  Result<Half> test = inspect_half(folder.value().test_images, folder.value().test_labels);
  if (!test) return test.failure();
  IdxFacts facts{sample_shape(train.value().sizes), train.value().sizes[0], test.value().sizes[0],
                 std::max(train.value().class_count, test.value().class_count)};
  if (const Shape other = sample_shape(test.value().sizes); other != facts.sample_shape) {
    return inconsistent(fmt::format("training samples are {}, but test samples are {} in `{}`",
                                    facts.sample_shape.sample_string(), other.sample_string(), directory));
  }
  return facts;
}

}  // namespace nnc::rt
