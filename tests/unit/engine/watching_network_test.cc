// How a Map-Server and who watches its mappings get on over a network that loses, repeats and
// reorders.
#include "engine/watching_lab.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace lisp {

using namespace map_server_lab;

namespace {

// A Map-Server and a watcher, and what is on its way between them.
class Network {
public:
	explicit Network(unsigned seed) : random_(seed) {
		lab_.use_ttl = true;
		watching_.watcher.watch(prefix("10.0.0.0/8"), now());
	}

	void run(std::chrono::seconds how_long, int loss_percent) {
		loss_ = loss_percent;
		const auto end = now() + how_long;
		while (now() < end) {
			step();
			lab_.now = watching_.now = now() + 100ms;
		}
	}
	void change() {
		const auto host = "10.1.0." + std::to_string(random_() % 5) + "/32";
		std::vector<Locator> rlocs;
		const auto priority = static_cast<std::uint8_t>(random_() % 200);
		if (random_() % 4 > 0) rlocs.push_back(locator("198.51.100.9", priority, false));
		lab_.registers(host.c_str(), rlocs, rlocs.empty() ? 0 : 1440);
		mapping_[host] = rlocs.empty() ? "" : " 198.51.100.9," + std::to_string(priority);
	}
	// All of its subscriptions, as after a restart.
	void forget() {
		auto config = pubsub_config();
		config.subscribers[0].secret = "another";
		lab_.server.reload(config, now());
		lab_.server.reload(pubsub_config(), now());
	}
	// By who watches, and by who registers.
	const std::map<std::string, std::string> &known() const { return known_; }
	std::map<std::string, std::string> registered() const {
		auto all = mapping_;
		std::erase_if(all, [](const auto &one) { return one.second.empty(); });
		return all;
	}
	Watching &watching() { return watching_; }
	PubSubLab &lab() { return lab_; }

private:
	Instant now() const { return lab_.now; }
	void put(bool to_server, Bytes octets) {
		for (int copies = random_() % 10 == 0 ? 2 : 1; copies > 0; --copies)
			if (static_cast<int>(random_() % 100) >= loss_)
				on_the_way_.emplace(now() + std::chrono::milliseconds{random_() % 1500},
				    std::pair{to_server, Octets(octets.begin(), octets.end())});
	}
	void step() {
		while (!on_the_way_.empty() && on_the_way_.begin()->first <= now()) {
			const auto [to_server, octets] = on_the_way_.extract(on_the_way_.begin()).mapped();
			if (to_server)
				for (const auto &datagram : lab_.receive(octets, subscriber).send)
					put(false, datagram.octets);
			else
				take(octets);
		}
		lab_.server.expire(now());
		while (const auto *notify = lab_.server.next_notify(now())) put(false, notify->octets);
		while (watching_.watcher.next_trouble(now()))
			;
		const auto time = static_cast<std::uint64_t>(now().time_since_epoch().count());
		while (const auto request = watching_.watcher.next_request(now(), time))
			put(true, request->octets);
	}
	void take(const Octets &octets) {
		const auto news = watching_.watcher.receive(octets, now());
		if (!news) return;
		if (!news->acknowledgement.empty()) put(true, news->acknowledgement);
		for (const auto &change : news->changes) {
			const auto text = text_of(change);
			const auto eid = to_string(*eid_prefix(change.record.eid, change.record.mask_length));
			if (change.record.locators.empty())
				known_.erase(eid);
			else
				known_[eid] = text.substr(text.find(' ', text.find('/')));
		}
	}

	std::minstd_rand random_;
	PubSubLab lab_;
	Watching watching_;
	int loss_ = 0;
	std::multimap<Instant, std::pair<bool, Octets>> on_the_way_;
	std::map<std::string, std::string> mapping_;
	std::map<std::string, std::string> known_;
};

// Registered for a day: nothing expires meanwhile.
TEST(Watcher, KnowsWhatIsRegisteredWhateverTheNetworkDid) {
	for (unsigned seed = 1; seed <= 40; ++seed) {
		Network network{seed};
		network.run(10s, 0);
		ASSERT_EQ(network.lab().active(), 1U) << seed;
		for (int i = 0; i < 20; ++i) {
			network.change();
			network.run(std::chrono::seconds{1 + i % 5}, 30);
			if (seed % 2 == 0 && i == 12) network.forget();
		}
		network.run(130s, 0);
		// What is gone since, and was so when it asked anew, it cannot know.
		const bool forgotten =
		    seed % 2 == 0 || network.lab().server.counters().subscribers_lost > 0;
		for (const auto &[eid, mapping] : network.registered())
			EXPECT_EQ(network.known().count(eid), 1U) << seed << ' ' << eid;
		for (const auto &[eid, mapping] : network.known()) {
			if (forgotten && network.registered().count(eid) == 0) continue;
			EXPECT_EQ(mapping, network.registered()[eid]) << seed << ' ' << eid;
		}
	}
}

} // namespace
} // namespace lisp
