#!/bin/sh
# Every source is as .clang-format has it.
set -eu
cd "$(dirname "$0")/.."
find lib cmd tests '(' -name '*.cc' -o -name '*.h' ')' -exec clang-format-14 --dry-run -Werror {} +
