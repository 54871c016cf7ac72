# Short names for what the scripts and CMake presets do.
.PHONY: help setup test ci release dev bless format clean

help: ## this list
	@sed -n 's/^\([a-z]*\): .*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup: ## install what is missing, build build/release/nnc, run the quickstart
	bash .ci/setup

test: ## build with sanitizers and run all tests
	bash .ci/test

ci: ## both
	bash .ci/run

release: ## build build/release/nnc only
	cmake --preset release
	cmake --build --preset release --target nnc

dev: ## build everything with sanitizers in build/dev
	cmake --preset dev
	cmake --build --preset dev

bless: dev ## write the golden files anew; then read the difference
	build/dev/tests/cases/golden_runner --bless

format: ## clang-format on every C++ file
	git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

clean: ## remove the build folders
	rm -rf build/release build/dev build/ci
