// ast: expressions and modules print as they should, trees made by hand.
#include <catch2/catch.hpp>

#include "compiler/ast/ast.hpp"

using namespace nnc::ast;

namespace {

template <class Node>
ExprPtr make(Node node) {
  return std::make_unique<Expr>(Expr{std::move(node), {}});
}
ExprPtr name(const char* text) { return make(NameRef{text}); }
ExprPtr number(std::int64_t value) { return make(IntLiteral{value}); }
ExprPtr binary(BinaryOp op, ExprPtr lhs, ExprPtr rhs) {
  return make(Binary{op, std::move(lhs), std::move(rhs), {}});
}

}  // namespace

TEST_CASE("literals print as they are written") {
  CHECK(print_expr(*make(FloatLiteral{1.0})) == "1.0");
  CHECK(print_expr(*make(FloatLiteral{0.1})) == "0.1");
  CHECK(print_expr(*make(FloatLiteral{1e-7})) == "1e-07");
  CHECK(print_expr(*make(DimsLiteral{{3, 3}})) == "3x3");
  CHECK(print_expr(*make(StringLiteral{"a\"b\n{"})) == "\"a\\\"b\\n\\{\"");
  CHECK(print_expr(*make(BoolLiteral{true})) == "true");
  CHECK(print_expr(*make(NoneLiteral{})) == "none");
}

TEST_CASE("brackets appear only where the meaning needs them") {
  const auto sum = [] { return binary(BinaryOp::Add, name("a"), name("b")); };
  CHECK(print_expr(*binary(BinaryOp::Multiply, sum(), name("c"))) == "(a + b) * c");
  CHECK(print_expr(*binary(BinaryOp::Add, sum(), name("c"))) == "a + b + c");
  CHECK(print_expr(*binary(BinaryOp::Subtract, name("c"), sum())) == "c - (a + b)");
  CHECK(print_expr(*binary(BinaryOp::Power, binary(BinaryOp::Power, name("a"), name("b")), name("c"))) ==
        "(a ^ b) ^ c");
  CHECK(print_expr(*binary(BinaryOp::Power, name("a"), binary(BinaryOp::Power, name("b"), name("c")))) ==
        "a ^ b ^ c");
  CHECK(print_expr(*make(Unary{UnaryOp::Negate, sum()})) == "-(a + b)");
  CHECK(print_expr(*make(Member{sum(), {"x", {}}})) == "(a + b).x");
}

TEST_CASE("calls print positional and named arguments") {
  std::vector<Argument> arguments;
  arguments.push_back({std::nullopt, number(64), {}});
  arguments.push_back({Name{"init", {}}, name("uniform"), {}});
  CHECK(print_expr(*make(Call{name("dense"), std::move(arguments)})) == "dense(64, init: uniform)");
}

TEST_CASE("a chain of a hundred thousand sums prints without descending into it") {
  ExprPtr chain = name("a");
  for (int i = 0; i < 100'000; ++i) chain = binary(BinaryOp::Add, std::move(chain), name("b"));
  CHECK(print_expr(*chain).size() == 1 + 4 * 100'000);
  // Taken apart from the top, so that the destructor does not descend either.
  while (auto* node = std::get_if<Binary>(&chain->node)) {
    ExprPtr left = std::move(node->lhs);
    chain = std::move(left);
  }
}

TEST_CASE("a module prints as one node per line") {
  Module module;
  FunctionDecl model;
  model.kind = FunctionKind::Model;
  model.name = {"ann", {}};
  Parameter hidden;
  hidden.name = {"hidden", {}};
  hidden.type = TypeExpr{ListType{std::make_unique<TypeExpr>(TypeExpr{NamedType{"int"}, {}})}, {}};
  hidden.default_value = number(256);
  model.parameters.push_back(std::move(hidden));
  model.body.statements.push_back({ExprStatement{name("flatten")}, {}});
  Declaration declaration{std::move(model), {}, "A network."};
  REQUIRE(declared_name(declaration) != nullptr);
  CHECK(declared_name(declaration)->text == "ann");
  module.declarations.push_back(std::move(declaration));
  module.declarations.push_back({ImportDecl{"blocks.nn", {}}, {}, ""});
  CHECK(declared_name(module.declarations.back()) == nullptr);
  CHECK(print_module(module) ==
        "(module\n"
        "  (model ann\n"
        "    (doc \"A network.\")\n"
        "    (parameter hidden: [int]\n"
        "      (int 256))\n"
        "    (body\n"
        "      (apply\n"
        "        (name flatten))))\n"
        "  (import \"blocks.nn\"))\n");
}
