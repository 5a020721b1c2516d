// A directory of a test's own, removed with all that is in it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace lisp {

class ScratchDirectory {
public:
	ScratchDirectory() {
		auto name = (std::filesystem::temp_directory_path() / "lisp-test-XXXXXX").string();
		if (mkdtemp(name.data()) == nullptr) throw std::runtime_error(name);
		path_ = name;
	}
	~ScratchDirectory() {
		std::error_code ignored;
		std::filesystem::remove_all(path_, ignored);
	}
	ScratchDirectory(const ScratchDirectory &) = delete;
	ScratchDirectory &operator=(const ScratchDirectory &) = delete;

	std::string path() const { return path_; }
	std::string file(const std::string &name) const { return path_ + "/" + name; }

private:
	std::string path_;
};

} // namespace lisp
