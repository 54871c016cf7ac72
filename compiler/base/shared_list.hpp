// A list whose copies share its items: what a hundred thousand trials have in common is in memory once.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace nnc {

// Reads like a vector and turns into one. To change it, `edit`: the other copies keep what they have.
template <class T>
class SharedList {
 public:
  SharedList() = default;
  SharedList(std::vector<T> items) {  // NOLINT(*-explicit-*)
    if (!items.empty()) items_ = std::make_shared<std::vector<T>>(std::move(items));
  }
  SharedList(std::initializer_list<T> items) : SharedList(std::vector<T>(items)) {}

  [[nodiscard]] const std::vector<T>& list() const {
    static const std::vector<T> none;
    return items_ == nullptr ? none : *items_;
  }
  operator const std::vector<T>&() const { return list(); }  // NOLINT(*-explicit-*)
  std::vector<T>& edit() {
    if (items_ == nullptr || items_.use_count() > 1) items_ = std::make_shared<std::vector<T>>(list());
    return *items_;
  }

  [[nodiscard]] auto begin() const { return list().begin(); }
  [[nodiscard]] auto end() const { return list().end(); }
  [[nodiscard]] std::size_t size() const { return list().size(); }
  [[nodiscard]] bool empty() const { return list().empty(); }
  [[nodiscard]] const T& front() const { return list().front(); }
  [[nodiscard]] const T& back() const { return list().back(); }
  [[nodiscard]] const T& at(std::size_t i) const { return list().at(i); }
  const T& operator[](std::size_t i) const { return list()[i]; }

  // The same items in the same memory.
  [[nodiscard]] bool shares_with(const SharedList& other) const { return items_ == other.items_; }
  friend bool operator==(const SharedList& lhs, const SharedList& rhs) {
    return lhs.shares_with(rhs) || lhs.list() == rhs.list();
  }

 private:
  std::shared_ptr<std::vector<T>> items_;  // null: none
};

}  // namespace nnc
