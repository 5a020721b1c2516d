// Moves of EIDs, as Change-Priority Messages tell them, carried out: the configuration file, the
// registration, the answers, the other xTRs, the ITRs.
#pragma once

#include "common/background.h"
#include "common/daemon.h"
#include "config/site_save.h"
#include "engine/change_priority_receiver.h"
#include "engine/change_priority_sender.h"
#include "engine/solicitor.h"
#include "net/local_socket.h"
#include "net/resolver.h"
#include "net/udp_socket.h"

#include <map>
#include <memory>

namespace lisp {

struct MobilityOptions {
	bool split_host = false;
	bool notify_others = true;
	bool limits_solicits = true;
	bool reapply = true;
	std::uint64_t sub_type = 0;
};

// A datagram that a thread has received for it.
struct MobilityArrival {
	Endpoint from;
	Endpoint to;
	Octets octets;
};

class Mobility {
public:
	struct Surroundings {
		// From the control port, on whichever thread it is.
		std::function<void(const Endpoint &to, const Endpoint &from, const Octets &octets)> send;
		// EIDs are answered for as these sections say.
		std::function<void(const SiteConfig &sections)> changed;
		// Who has asked for each of these of late.
		std::function<std::vector<std::vector<IpAddress>>(const std::vector<EidPrefix> &eids)>
		    requesters;
	};
	Mobility(Daemon &daemon, const MobilityOptions &options, Surroundings surroundings);
	~Mobility();
	Mobility(const Mobility &) = delete;
	Mobility &operator=(const Mobility &) = delete;

	// What the file said when it was `version`.
	void configure(const SiteConfig &config, const FileVersion &version);
	bool takes_any() const { return receiver_.takes_any(); }
	// Whether what was edited is the file, by a save from here, so that there is no need to read
	// it.
	bool is_own_save();

	void receive(const MobilityArrival &arrival);
	void registered(const EidPrefix &eid); // anew, as lisp-registerd tells

	const ChangePriorityCounters &counters() const { return receiver_.counters(); }
	const SolicitorCounters &solicitor_counters() const { return solicitor_.counters(); }

private:
	struct Saving;
	using Effects = ChangePriorityReceiver::Effects;

	void work();
	void carry_out(const Effects &effects);
	void tell_changed(const std::vector<EidPrefix> &eids);
	void tell_registerd(std::span<const EidPrefix> eids);
	void tell_of(const EidMove &move, const std::vector<IpAddress> &requesters);
	void tell_of_arrival(const EidMove &move, const std::vector<IpAddress> &requesters);
	void respond(const EidMove &move, std::vector<IpAddress> requesters);
	void order(const EidMove &move, ChangeOrder::Kind kind, const IpAddress &rloc,
	    std::vector<IpAddress> addresses);
	void save();
	void saved(const Saving &saving);
	void send_orders(Instant now);
	void send_solicits(Instant now);
	UdpSocket *socket_for(Afi family);
	void receive_answers(UdpSocket &socket);
	std::vector<IpAddress> proxy_itrs() const;
	std::vector<IpAddress> own_rlocs(const EidPrefix &eid) const;
	IpAddress own_address(const EidPrefix &eid, const IpAddress &other) const;

	Daemon &daemon_;
	MobilityOptions options_;
	Surroundings surroundings_;
	ChangePriorityReceiver receiver_;
	Solicitor solicitor_;
	std::unique_ptr<ChangePrioritySender> sender_; // of N and R, while there are any
	LocalSender registerd_;
	FileVersion version_;
	bool names_key_files_ = false; // an edit may be one of these
	bool has_saved_ = false;       // since the last edit was told
	bool is_foreign_ = false;      // what was saved holds edits of others
	Resolver resolver_;
	std::map<std::string, std::vector<IpAddress>> proxy_itr_addresses_;
	std::map<std::string, Resolver::Lookup> lookups_;
	Loop::Timer timer_;
	UdpSocket ipv4_;
	UdpSocket ipv6_;
	std::vector<Loop::Watch> watches_;
	Octets room_;
	Background background_; // ends before what it uses
};

} // namespace lisp
