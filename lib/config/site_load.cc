#include "config/key_file.h"
#include "config/secret_file.h"
#include "config/site_config.h"

#include <fmt/format.h>

#include <algorithm>

namespace lisp {

namespace {

bool holds_keys(const SiteConfig &config) {
	const auto has_secret = [](const auto &line) { return !line.secret.empty(); };
	return std::any_of(config.map_servers.begin(), config.map_servers.end(), has_secret) ||
	       std::any_of(config.hypervisors.begin(), config.hypervisors.end(), has_secret) ||
	       std::any_of(config.xtrs.begin(), config.xtrs.end(), has_secret);
}

std::string beside(const std::string &configuration, const std::string &path) {
	const auto slash = configuration.rfind('/');
	if (path.starts_with('/') || slash == configuration.npos) return path;
	return configuration.substr(0, slash + 1) + path;
}

class KeyFiles {
public:
	KeyFiles(const std::string &configuration, bool insecure_perms, Diagnostics &found)
	    : configuration_(configuration), insecure_perms_(insecure_perms), found_(found) {}

	// The paths of those that are named, each once.
	std::vector<std::string> named_by(const SiteConfig &config) const {
		std::vector<std::string> paths;
		const auto add = [&](const auto &line) {
			if (!line.key_file.empty()) paths.push_back(beside(configuration_, line.key_file));
		};
		std::for_each(config.map_servers.begin(), config.map_servers.end(), add);
		std::for_each(config.hypervisors.begin(), config.hypervisors.end(), add);
		std::for_each(config.xtrs.begin(), config.xtrs.end(), add);
		std::sort(paths.begin(), paths.end());
		paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
		return paths;
	}

	template <class Line> void fill(Line &line, const std::optional<IpAddress> &peer) {
		if (line.key_file.empty()) return;
		Diagnostics inside;
		const auto path = beside(configuration_, line.key_file);
		const auto keys = load_key_file(path, insecure_perms_, inside);
		for (const auto &diagnostic : inside.all())
			found_.error(line.position, to_string(path, diagnostic));
		const auto *key = closest_key(keys, peer, line.key_id);
		if (key == nullptr) {
			if (!inside.has_errors())
				found_.error(line.position, fmt::format("{}: no key for this line in it", path));
			return;
		}
		line.secret = key->secret;
		const auto *const end = keys.data() + keys.size();
		const auto *const previous = std::find_if(
		    key + 1, end, [&](const auto &other) { return other.selector == key->selector; });
		if (previous != end) line.previous_secret = previous->secret;
	}

private:
	const std::string &configuration_;
	bool insecure_perms_;
	Diagnostics &found_;
};

using KeyFilesNamed = std::function<void(std::vector<std::string>)>;

SiteConfig parse_file(const TextFile &file, const std::string &path, bool insecure_perms,
    Diagnostics &found, const KeyFilesNamed &named = {}) {
	auto config = parse_site_config(file.text, found);
	if (file.open_to_others && !insecure_perms && holds_keys(config)) refuse_open_file(found);
	KeyFiles key_files{path, insecure_perms, found};
	if (named) named(key_files.named_by(config));
	for (auto &server : config.map_servers) key_files.fill(server, IpAddress::parse(server.host));
	for (auto &peer : config.hypervisors) key_files.fill(peer, peer.source.address);
	for (auto &peer : config.xtrs) key_files.fill(peer, peer.source.address);
	found.sort();
	return config;
}

} // namespace

SiteConfig load_site_config(const std::string &path, bool insecure_perms, Diagnostics &found) {
	const auto file = read_file(path, found);
	return file ? parse_file(*file, path, insecure_perms, found) : SiteConfig{};
}

SiteConfig load_site_config(const std::string &path, bool insecure_perms, Diagnostics &found,
    const std::function<void(std::vector<std::string>)> &key_files) {
	const auto file = read_file(path, found);
	return file ? parse_file(*file, path, insecure_perms, found, key_files) : SiteConfig{};
}

SiteConfig load_site_config_to_edit(const std::string &path, bool insecure_perms,
    Diagnostics &found, FileVersion &version,
    const std::function<void(std::vector<std::string>)> &key_files) {
	const auto file = read_file(path, found);
	if (!file) return {};
	version = file->version;
	return parse_file(*file, path, insecure_perms, found, key_files);
}

} // namespace lisp
