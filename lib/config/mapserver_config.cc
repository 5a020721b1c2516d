#include "config/mapserver_config.h"

#include "config/secret_file.h"

#include <algorithm>

namespace lisp {

namespace {

void append(Text &out, const SiteKeyLine &key) {
	out += "key\t";
	out += key.secret;
	if (!key.any_key_id) out += "\tkey-id=" + std::to_string(key.key_id);
	if (key.algorithm) (out += "\talg=") += name(*key.algorithm);
	if (key.any_nonce) out += "\tnonce=any";
	out += '\n';
}

void append(Text &out, const SiteEidLine &eid) {
	auto prefix = eid.eid;
	prefix.instance = 0; // iid= says it
	out += "eid\t";
	append(out, prefix);
	if (eid.more_specifics) out += "\tmore-specifics=yes";
	if (eid.proxy_reply) out += "\tproxy=yes";
	if (eid.eid.instance != 0) out += "\tiid=" + std::to_string(eid.eid.instance);
	if (eid.notify_port) out += "\tnotify-port=" + std::to_string(*eid.notify_port);
	if (eid.deny) out += *eid.deny == Action::drop_policy_denied ? "\tdeny=policy" : "\tdeny=auth";
	out += '\n';
}

void append(Text &out, const ElsewhereLine &line) {
	auto prefix = line.eid;
	prefix.instance = 0; // iid= says it
	append(out, prefix);
	out += '\t' + to_string(line.resolver);
	if (line.eid.instance != 0) out += "\tiid=" + std::to_string(line.eid.instance);
	out += '\n';
}

void append(Text &out, const SubscriberSection &subscriber) {
	out += "@SUBSCRIBER\t" + subscriber.name + "\nkey\t" + subscriber.secret;
	if (subscriber.key_id != 0) out += "\tkey-id=" + std::to_string(subscriber.key_id);
	(out += "\talg=") += name(subscriber.algorithm);
	if (subscriber.any_nonce) out += "\tnonce=any";
	out += '\n';
	for (const auto &line : subscriber.rlocs) {
		append(out += "rloc\t", line.rloc);
		if (line.notify_port) out += "\tnotify-port=" + std::to_string(*line.notify_port);
		out += '\n';
	}
	for (auto eid : subscriber.eids) {
		const auto instance = std::exchange(eid.instance, 0);
		append(out += "eid\t", eid);
		if (instance != 0) out += "\tiid=" + std::to_string(instance);
		out += '\n';
	}
	for (const auto &xtr_id : subscriber.xtr_ids) out += "xtr-id\t" + to_hex(xtr_id) + '\n';
}

void begin_line(Text &out, const StaticMapping &mapping) {
	auto prefix = mapping.eid;
	prefix.instance = 0; // iid= says it
	append(out, prefix);
}

void end_line(Text &out, const StaticMapping &mapping) {
	if (mapping.ttl) out += "\tttl=" + std::to_string(mapping.ttl->count());
	if (mapping.eid.instance != 0) out += "\tiid=" + std::to_string(mapping.eid.instance);
	out += '\n';
}

void append(Text &out, const StaticMapping &mapping) {
	if (mapping.action) {
		begin_line(out, mapping);
		for (const auto &[name, action] : static_actions)
			if (action == *mapping.action) (out += "\taction=") += name;
		end_line(out, mapping);
	}
	for (const auto &rloc : mapping.rlocs) {
		begin_line(out, mapping);
		out += '\t' + to_string(rloc.rloc) + "\tpriority=" + std::to_string(rloc.priority) +
		       " weight=" + std::to_string(rloc.weight);
		end_line(out, mapping);
	}
}

} // namespace

std::string print_mapserver_config(const MapServerConfig &config) {
	Text out;
	for (const auto &site : config.sites) {
		if (!out.empty()) out += '\n';
		out += "@SITE\t" + site.name + '\n';
		for (const auto &key : site.keys) append(out, key);
		for (const auto &eid : site.eids) append(out, eid);
		for (const auto &rloc : site.rlocs) out += "rloc\t" + to_string(rloc) + '\n';
	}
	if (!config.elsewhere.empty()) out += out.empty() ? "@ELSEWHERE\n" : "\n@ELSEWHERE\n";
	for (const auto &line : config.elsewhere) append(out, line);
	for (const auto &subscriber : config.subscribers) {
		if (!out.empty()) out += '\n';
		append(out, subscriber);
	}
	if (!config.statics.empty()) out += out.empty() ? "@STATIC\n" : "\n@STATIC\n";
	for (const auto &mapping : config.statics) append(out, mapping);
	return out.str();
}

MapServerConfig load_mapserver_config(
    const std::string &path, bool insecure_perms, Diagnostics &found) {
	const auto file = read_file(path, found);
	if (!file) return {};
	auto config = parse_mapserver_config(file->text, found);
	const bool holds_keys = std::any_of(config.sites.begin(), config.sites.end(),
	    [](const auto &site) { return !site.keys.empty(); });
	if (file->open_to_others && !insecure_perms && (holds_keys || !config.subscribers.empty()))
		refuse_open_file(found);
	found.sort();
	return config;
}

} // namespace lisp
