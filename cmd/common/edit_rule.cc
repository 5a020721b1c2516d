#include "common/edit_rule.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace lisp {

namespace {

class Digest {
public:
	void add(std::uint64_t value) {
		// The finaliser of MurmurHash3: each bit of the value reaches each of the sum.
		sum_ ^= value + 0x9e3779b97f4a7c15U;
		sum_ = (sum_ ^ sum_ >> 33) * 0xff51afd7ed558ccdU;
		sum_ = (sum_ ^ sum_ >> 33) * 0xc4ceb9fe1a85ec53U;
		sum_ ^= sum_ >> 33;
	}
	void add(std::string_view text) {
		add(text.size());
		add(std::hash<std::string_view>{}(text));
	}
	void add(const IpAddress &address) {
		add(static_cast<std::uint64_t>(address.family));
		std::uint64_t halves[2];
		std::memcpy(halves, address.octets.data(), sizeof halves);
		for (const auto half : halves) add(half);
	}
	void add(const EidPrefix &eid) {
		add(std::uint64_t{eid.instance} << 8 | eid.length);
		add(eid.address);
	}
	std::uint64_t sum() const { return sum_; }

private:
	std::uint64_t sum_ = 0;
};

std::uint32_t hash_of(const EidPrefix &eid) {
	Digest digest;
	digest.add(eid);
	return static_cast<std::uint32_t>(digest.sum());
}

void add(Digest &digest, const MapServerLine &line) {
	digest.add(line.host);
	digest.add(line.port);
	digest.add(line.secret);
	digest.add(line.previous_secret);
	digest.add(line.key_file);
	digest.add(static_cast<std::uint64_t>(line.algorithm));
	digest.add(line.key_id);
	for (const bool flag : {line.want_map_notify, line.proxy_reply, line.merge})
		digest.add(flag ? 1U : 0U);
	digest.add(static_cast<std::uint64_t>(line.whole_site));
	digest.add(static_cast<std::uint64_t>(line.withdraw));
	digest.add(line.identity ? 1U : 0U);
	const auto identity = line.identity.value_or(XtrIdentity{});
	for (const auto octet : identity.xtr_id) digest.add(std::uint64_t{octet});
	digest.add(identity.site_id);
}

void add(Digest &digest, const PeerLine &line) {
	digest.add(line.source);
	digest.add(line.secret);
	digest.add(line.previous_secret);
	digest.add(static_cast<std::uint64_t>(line.algorithm));
	digest.add(line.key_id);
	digest.add(line.random_nonce ? 1U : 0U);
	digest.add(line.eids.size());
	for (const auto &eid : line.eids) digest.add(eid);
	digest.add(line.key_file);
}

void add(Digest &digest, const EidSection &section) {
	digest.add(section.eid);
	digest.add(section.ttl.count());
	digest.add(section.map_version);
	digest.add(section.register_it ? 1U : 0U);
	digest.add(section.rloc_count);
}

void add(Digest &digest, const RlocLine &line) {
	digest.add(line.rloc);
	digest.add(std::uint64_t{line.priority} << 48 | std::uint64_t{line.weight} << 40 |
	           std::uint64_t{line.multicast_priority} << 32 |
	           std::uint64_t{line.multicast_weight} << 24 | std::uint64_t{line.site} << 1 |
	           (line.local ? 1U : 0U));
}

void add(Digest &digest, const std::string &text) {
	digest.add(std::string_view{text});
}

void add(Digest &digest, const IpAddress &address) {
	digest.add(address);
}

void add(Digest &digest, const SiteKeyLine &line) {
	digest.add(line.secret);
	digest.add(line.any_key_id ? 256U : line.key_id);
	digest.add(line.algorithm ? static_cast<std::uint64_t>(*line.algorithm) : 256U);
	digest.add(line.any_nonce ? 1U : 0U);
}

void add(Digest &digest, const SiteEidLine &line) {
	digest.add(line.eid);
	digest.add(line.more_specifics ? 1U : 0U);
	digest.add(line.proxy_reply ? 1U : 0U);
	digest.add(line.notify_port ? *line.notify_port : 65536U);
	digest.add(line.deny ? static_cast<std::uint64_t>(*line.deny) : 256U);
}

void add(Digest &digest, const ElsewhereLine &line) {
	digest.add(line.eid);
	digest.add(line.resolver.address);
	digest.add(line.resolver.port);
}

void add(Digest &digest, const StaticMapping &mapping) {
	digest.add(mapping.eid);
	digest.add(mapping.ttl ? 1 + std::uint64_t{mapping.ttl->count()} : 0U);
	digest.add(mapping.action ? static_cast<std::uint64_t>(*mapping.action) : 256U);
	digest.add(mapping.rlocs.size());
	for (const auto &line : mapping.rlocs) {
		digest.add(line.rloc);
		digest.add(std::uint64_t{line.priority} << 8 | line.weight);
	}
}

template <class Lines> void add_all(Digest &digest, const Lines &lines) {
	digest.add(lines.size());
	for (const auto &line : lines) add(digest, line);
}

void add(Digest &digest, const EidPrefix &eid) {
	digest.add(eid);
}

void add(Digest &digest, const XtrId &xtr_id) {
	digest.add(std::string_view{reinterpret_cast<const char *>(xtr_id.data()), xtr_id.size()});
}

void add(Digest &digest, const SubscriberRlocLine &line) {
	digest.add(line.rloc);
	digest.add(line.notify_port ? *line.notify_port : 65536U);
}

void add(Digest &digest, const SubscriberSection &subscriber) {
	digest.add(subscriber.name);
	digest.add(subscriber.secret);
	digest.add(subscriber.key_id);
	digest.add(static_cast<std::uint64_t>(subscriber.algorithm));
	digest.add(subscriber.any_nonce ? 1U : 0U);
	add_all(digest, subscriber.rlocs);
	add_all(digest, subscriber.eids);
	add_all(digest, subscriber.xtr_ids);
}

std::uint64_t digest_of(const ConfigSummary &edit, const Diagnostics &found) {
	Digest digest;
	digest.add(edit.digest);
	for (const auto &diagnostic : found.all()) digest.add(to_string({}, diagnostic));
	return digest.sum();
}

} // namespace

ConfigSummary summarize(const SiteConfig &config) {
	Digest digest;
	add_all(digest, config.map_servers);
	add_all(digest, config.map_resolvers);
	add_all(digest, config.eids);
	add_all(digest, config.rlocs);
	add_all(digest, config.proxy_itrs);
	add_all(digest, config.hypervisors);
	add_all(digest, config.xtrs);
	add_all(digest, config.site_tags);
	ConfigSummary summary{digest.sum(), {}};
	summary.eids.reserve(config.eids.size());
	for (const auto &section : config.eids) summary.eids.push_back(hash_of(section.eid));
	std::sort(summary.eids.begin(), summary.eids.end());
	return summary;
}

ConfigSummary summarize(const MapServerConfig &config) {
	Digest digest;
	ConfigSummary summary;
	digest.add(config.sites.size());
	for (const auto &site : config.sites) {
		digest.add(site.name);
		add_all(digest, site.keys);
		add_all(digest, site.eids);
		add_all(digest, site.rlocs);
		for (const auto &line : site.eids) summary.eids.push_back(hash_of(line.eid));
	}
	add_all(digest, config.elsewhere);
	for (const auto &line : config.elsewhere) summary.eids.push_back(hash_of(line.eid));
	add_all(digest, config.subscribers);
	add_all(digest, config.statics);
	for (const auto &mapping : config.statics) summary.eids.push_back(hash_of(mapping.eid));
	summary.digest = digest.sum();
	std::sort(summary.eids.begin(), summary.eids.end());
	return summary;
}

EditRule::Verdict EditRule::judge(ConfigSummary edit, const Diagnostics &found) {
	if (!found.has_errors() && is_of_file_ && edit.digest == in_force_.digest) {
		if (!refused_) return Verdict::nothing;
		refused_.reset();
		return Verdict::in_force;
	}
	const auto digest = digest_of(edit, found);
	if (refused_ == digest) return Verdict::nothing;
	refused_ = digest;
	if (found.has_errors()) return Verdict::has_errors;
	if (missing_from(edit) * 2 > eids()) return Verdict::drops_eids;
	take(std::move(edit));
	return Verdict::taken;
}

void EditRule::take(ConfigSummary asked_for) {
	in_force_ = std::move(asked_for);
	is_of_file_ = true;
	refused_.reset();
}

std::size_t EditRule::missing_from(const ConfigSummary &edit) const {
	std::vector<std::uint32_t> missing;
	std::set_difference(in_force_.eids.begin(), in_force_.eids.end(), edit.eids.begin(),
	    edit.eids.end(), std::back_inserter(missing));
	return missing.size();
}

} // namespace lisp
