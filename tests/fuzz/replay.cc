// Runs a fuzz target over the files of the folders named, where there is no libFuzzer.
#include "wire/octets.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size);

int main(int argc, char **argv) {
	std::size_t count = 0;
	for (int i = 1; i < argc; ++i) {
		for (const auto &entry : std::filesystem::directory_iterator(argv[i])) {
			std::ifstream file{entry.path(), std::ios::binary};
			const lisp::Octets octets{std::istreambuf_iterator<char>{file}, {}};
			LLVMFuzzerTestOneInput(octets.data(), octets.size());
			++count;
		}
	}
	std::printf("%zu inputs\n", count);
	return count > 0 ? 0 : 1;
}
