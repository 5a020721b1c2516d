// Random configurations.
#pragma once

#include "config/mapserver_config.h"
#include "config/site_config.h"

#include <random>
#include <set>

namespace lisp {

class ConfigGenerator {
public:
	explicit ConfigGenerator(unsigned seed) : random_(seed) {}

	SiteConfig site();
	MapServerConfig map_server();
	std::string damaged(std::string text);

private:
	std::uint64_t below(std::uint64_t end) {
		return std::uniform_int_distribution<std::uint64_t>{0, end - 1}(random_);
	}
	bool coin() { return below(2) == 1; }
	std::uint8_t octet() { return static_cast<std::uint8_t>(below(256)); }
	std::string word(std::string_view letters);
	std::string secret() { return word("abcXYZ019=/+#-_@.:,") + "k"; }
	IpAddress address();
	EidPrefix prefix(std::uint32_t instance);
	std::string host(bool with_port);
	Algorithm algorithm() { return static_cast<Algorithm>(1 + below(3)); }
	MapServerLine map_server_line();
	PeerLine peer(bool hypervisor);
	void add_eid(SiteConfig &config);
	void add_static(MapServerConfig &config);
	std::uint16_t site_tag(SiteConfig &config);

	std::mt19937 random_;
	std::set<EidPrefix> eids_;
};

inline std::string ConfigGenerator::word(std::string_view letters) {
	// The first one is a letter, for a key beginning with "#" would be a comment.
	std::string text = "a";
	for (auto left = below(12); left > 0; --left) text += letters[below(letters.size())];
	return text;
}

inline IpAddress ConfigGenerator::address() {
	std::array<std::uint8_t, 16> octets{};
	for (auto &one : octets) one = coin() ? octet() : 0;
	octets[0] = 10;
	return coin() ? IpAddress::v4(Bytes{octets}.first(4)) : IpAddress::v6(octets);
}

inline EidPrefix ConfigGenerator::prefix(std::uint32_t instance) {
	const auto any = address();
	return *EidPrefix::make(any, static_cast<unsigned>(below(any.width() + 1)), instance);
}

inline std::string ConfigGenerator::host(bool with_port) {
	const auto name = coin() ? std::string{} : word("xyz019-") + "z.example";
	const auto port = static_cast<std::uint16_t>(1 + below(65535));
	if (!with_port || coin()) return name.empty() ? to_string(address()) : name;
	return name.empty() ? to_string(Endpoint{address(), port}) : name + ':' + std::to_string(port);
}

inline MapServerLine ConfigGenerator::map_server_line() {
	MapServerLine line;
	line.host = host(false);
	(coin() ? line.secret : line.key_file) = secret();
	if (coin()) line.port = static_cast<std::uint16_t>(1 + below(65535));
	line.algorithm = algorithm();
	line.key_id = octet();
	line.want_map_notify = coin();
	line.proxy_reply = coin();
	line.merge = coin();
	line.whole_site = static_cast<WholeSite>(below(3));
	line.withdraw = static_cast<Withdraw>(below(3));
	if (coin()) {
		line.identity.emplace();
		line.identity->site_id = coin() ? 0 : below(~std::uint64_t{0});
		if (coin())
			for (auto &one : line.identity->xtr_id) one = octet();
	}
	return line;
}

inline PeerLine ConfigGenerator::peer(bool hypervisor) {
	PeerLine line;
	line.source = hypervisor ? prefix(0) : EidPrefix::host(address());
	(coin() ? line.secret : line.key_file) = secret();
	line.algorithm = algorithm();
	line.key_id = octet();
	line.random_nonce = coin();
	for (auto left = below(4); left > 0; --left)
		line.eids.push_back(prefix(static_cast<std::uint32_t>(below(3))));
	return line;
}

inline std::uint16_t ConfigGenerator::site_tag(SiteConfig &config) {
	if (coin()) return 0;
	auto tag = word("xyz");
	for (std::size_t i = 0; i < config.site_tags.size(); ++i)
		if (config.site_tags[i] == tag) return static_cast<std::uint16_t>(i + 1);
	config.site_tags.push_back(std::move(tag));
	return static_cast<std::uint16_t>(config.site_tags.size());
}

inline void ConfigGenerator::add_eid(SiteConfig &config) {
	EidSection section;
	section.eid = prefix(static_cast<std::uint32_t>(coin() ? below(0x100000000) : 0));
	if (!eids_.insert(section.eid).second) return;
	section.ttl = RecordTtl{static_cast<std::uint32_t>(below(0x100000000))};
	section.register_it = coin();
	if (coin()) section.map_version = static_cast<std::uint16_t>(below(4096));
	section.first_rloc = static_cast<std::uint32_t>(config.rlocs.size());
	std::set<IpAddress> rlocs;
	for (auto left = below(6); left > 0; --left) rlocs.insert(address());
	for (const auto &rloc : rlocs)
		config.rlocs.push_back(
		    {rloc, octet(), octet(), octet(), octet(), coin(), site_tag(config)});
	section.rloc_count = static_cast<std::uint8_t>(rlocs.size());
	config.eids.push_back(section);
}

inline SiteConfig ConfigGenerator::site() {
	SiteConfig config;
	eids_.clear();
	for (auto left = below(4); left > 0; --left) config.map_servers.push_back(map_server_line());
	for (auto left = below(3); left > 0; --left) config.map_resolvers.push_back(host(true));
	for (auto left = below(3); left > 0; --left) config.proxy_itrs.push_back(host(true));
	for (auto left = below(3); left > 0; --left) config.hypervisors.push_back(peer(true));
	for (auto left = below(3); left > 0; --left) config.xtrs.push_back(peer(false));
	for (auto left = below(6); left > 0; --left) add_eid(config);
	return config;
}

inline MapServerConfig ConfigGenerator::map_server() {
	MapServerConfig config;
	eids_.clear();
	for (auto sites = below(4); sites > 0; --sites) {
		SiteSection site;
		site.name = word("xyz019=") + std::to_string(sites);
		for (std::uint8_t id = 0; id < below(4); ++id)
			site.keys.push_back(
			    {secret(), id, false, coin() ? std::optional{algorithm()} : std::nullopt, coin()});
		if (coin()) site.keys.push_back({secret(), 0, true, std::nullopt, coin()});
		for (auto left = below(5); left > 0; --left) {
			const auto eid = prefix(static_cast<std::uint32_t>(below(3)));
			if (!eids_.insert(eid).second) continue;
			const auto port = static_cast<std::uint16_t>(1 + below(65535));
			site.eids.push_back(
			    {eid, coin(), coin(), coin() ? std::optional{port} : std::nullopt, {}, {}});
			const auto deny = coin() ? Action::drop_auth_failure : Action::drop_policy_denied;
			if (coin()) site.eids.back().deny = deny;
		}
		for (auto left = below(3); left > 0; --left) site.rlocs.push_back(address());
		config.sites.push_back(std::move(site));
	}
	for (auto left = below(3); left > 0; --left) {
		const auto eid = prefix(static_cast<std::uint32_t>(below(3)));
		const auto port = static_cast<std::uint16_t>(1 + below(65535));
		if (eids_.insert(eid).second) config.elsewhere.push_back({eid, {address(), port}, {}});
	}
	for (auto left = below(4); left > 0; --left) add_static(config);
	return config;
}

inline void ConfigGenerator::add_static(MapServerConfig &config) {
	StaticMapping mapping;
	mapping.eid = prefix(static_cast<std::uint32_t>(below(3)));
	if (!eids_.insert(mapping.eid).second) return;
	if (coin()) mapping.ttl = RecordTtl{static_cast<std::uint32_t>(1 + below(0xfffffffe))};
	if (coin()) {
		mapping.action = static_actions[below(static_actions.size())].action;
	} else {
		std::set<IpAddress> rlocs;
		for (auto left = 1 + below(3); left > 0; --left)
			if (const auto rloc = address(); rlocs.insert(rloc).second)
				mapping.rlocs.push_back({rloc, static_cast<std::uint8_t>(below(256)),
				    static_cast<std::uint8_t>(below(256))});
	}
	config.statics.push_back(std::move(mapping));
}

inline std::string ConfigGenerator::damaged(std::string text) {
	constexpr std::string_view odd = " \t\r\n#@=/:[]-.0123456789abcdef\0\xff\x1b*";
	for (auto left = 1 + below(8); left > 0 && !text.empty(); --left) {
		const auto at = below(text.size());
		switch (below(3)) {
		case 0: text[at] = odd[below(odd.size())]; break;
		case 1: text.erase(at, 1 + below(10)); break;
		case 2: text.insert(at, text.substr(below(text.size()), below(40))); break;
		}
	}
	return text;
}

inline SiteConfig without_places(SiteConfig config) {
	for (auto &line : config.map_servers) line.position = {};
	for (auto &line : config.hypervisors) line.position = {};
	for (auto &line : config.xtrs) line.position = {};
	for (auto &section : config.eids) section.line = 0;
	return config;
}

} // namespace lisp
