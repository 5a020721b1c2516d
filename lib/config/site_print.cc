#include "config/site_config.h"

namespace lisp {

namespace {

class SitePrinter {
public:
	std::string print(const SiteConfig &config);

private:
	void section(std::string_view keyword) {
		if (!out_.empty()) out_ += '\n';
		out_ += keyword;
		out_ += '\n';
	}
	void number(std::uint64_t value) { append_number(out_, value); }
	void field(std::uint64_t value) {
		out_ += '\t';
		number(value);
	}
	void option(std::string_view name, std::string_view value) {
		out_ += '\t';
		out_ += name;
		out_ += '=';
		out_ += value;
	}
	void option(std::string_view name, std::uint64_t value) {
		option(name, std::string_view{});
		number(value);
	}
	void yes_no(std::string_view name, bool value, bool is_default) {
		if (value != is_default) option(name, value ? "yes" : "no");
	}
	void hosts(std::string_view keyword, const std::vector<std::string> &list);
	void identity(const XtrIdentity &identity);
	void key(const std::string &secret, const std::string &key_file);
	void map_server(const MapServerLine &line);
	void peer(const PeerLine &line, bool hypervisor);
	void eid(const SiteConfig &config, const EidSection &section);

	Text out_;
};

std::string SitePrinter::print(const SiteConfig &config) {
	if (!config.map_servers.empty()) section("@MAPSERVER");
	for (const auto &line : config.map_servers) map_server(line);
	hosts("@MAPRESOLVER", config.map_resolvers);
	hosts("@PITR", config.proxy_itrs);
	if (!config.hypervisors.empty()) section("@HYPERVISOR");
	for (const auto &line : config.hypervisors) peer(line, true);
	if (!config.xtrs.empty()) section("@XTR");
	for (const auto &line : config.xtrs) peer(line, false);
	for (const auto &one : config.eids) eid(config, one);
	return out_.str();
}

void SitePrinter::hosts(std::string_view keyword, const std::vector<std::string> &list) {
	if (!list.empty()) section(keyword);
	for (const auto &host : list) (out_ += host) += '\n';
}

void SitePrinter::key(const std::string &secret, const std::string &key_file) {
	out_ += '\t';
	out_ += key_file.empty() ? secret : "-";
	if (!key_file.empty()) option("key-file", key_file);
}

void SitePrinter::identity(const XtrIdentity &identity) {
	if (identity.xtr_id != XtrIdentity{}.xtr_id) option("xtr-id", to_hex(identity.xtr_id));
	option("site-id", "0x");
	append_hex_digits(out_, identity.site_id, 16);
}

void SitePrinter::map_server(const MapServerLine &line) {
	const MapServerLine normal;
	out_ += line.host;
	key(line.secret, line.key_file);
	if (line.algorithm != normal.algorithm) option("alg", name(line.algorithm));
	if (line.key_id != normal.key_id) option("key-id", line.key_id);
	if (line.port != normal.port) option("port", line.port);
	yes_no("notify", line.want_map_notify, normal.want_map_notify);
	yes_no("proxy", line.proxy_reply, normal.proxy_reply);
	yes_no("merge", line.merge, normal.merge);
	if (line.whole_site != normal.whole_site)
		option("whole-site", line.whole_site == WholeSite::yes ? "yes" : "no");
	if (line.withdraw != normal.withdraw)
		option("withdraw", line.withdraw == Withdraw::all ? "all" : "yes");
	if (line.identity) identity(*line.identity);
	out_ += '\n';
}

void SitePrinter::peer(const PeerLine &line, bool hypervisor) {
	const PeerLine normal;
	if (hypervisor)
		append(out_, line.source);
	else
		append(out_, line.source.address);
	key(line.secret, line.key_file);
	if (line.algorithm != normal.algorithm) option("alg", name(line.algorithm));
	if (line.key_id != normal.key_id) option("key-id", line.key_id);
	if (line.random_nonce) option("nonce", "random");
	for (const auto &eid : line.eids) option("eid", to_string(eid));
	out_ += '\n';
}

void SitePrinter::eid(const SiteConfig &config, const EidSection &one) {
	section("@EID");
	append(out_, one.eid.address);
	field(one.eid.length);
	field(one.ttl.count());
	field(one.register_it ? 1 : 0);
	if (one.eid.instance != 0) option("iid", one.eid.instance);
	if (one.map_version != 0) option("map-version", one.map_version);
	out_ += '\n';
	for (const auto &rloc : config.rlocs_of(one)) {
		append(out_, rloc.rloc);
		field(rloc.priority);
		field(rloc.weight);
		field(rloc.local ? 1 : 0);
		if (rloc.multicast_priority != 255) option("mprio", rloc.multicast_priority);
		if (rloc.multicast_weight != 0) option("mweight", rloc.multicast_weight);
		if (rloc.site != 0) option("site", config.site_tags[rloc.site - 1U]);
		out_ += '\n';
	}
}

} // namespace

std::string print_site_config(const SiteConfig &config) {
	return SitePrinter{}.print(config);
}

} // namespace lisp
