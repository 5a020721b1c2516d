// EIDs that lisp-replyd has changed, because they moved, and that it hears of once a Map-Server has
// them anew.
#pragma once

#include "common/edit_rule.h"
#include "lisp-registerd/service.h"
#include "net/local_socket.h"

#include <memory>
#include <vector>

namespace lisp {

class MovedEids {
public:
	// The file may say the same by then or not, so `rule` is told not to compare with what it said
	// before.
	MovedEids(Daemon &daemon, Service &service, std::shared_ptr<EditRule> rule);
	MovedEids(const MovedEids &) = delete;
	MovedEids &operator=(const MovedEids &) = delete;

	void advance(); // after each progress of the service

private:
	struct Awaited {
		std::uint32_t record = 0;
		EidPrefix eid;
	};
	void take(Bytes sections);
	void await(const SiteConfig &sections);
	bool is_registered(const Awaited &awaited) const;

	Daemon &daemon_;
	Service &service_;
	std::shared_ptr<EditRule> rule_;
	LocalSender replyd_;
	std::vector<Awaited> awaited_;
};

} // namespace lisp
