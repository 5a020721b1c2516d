// The query `register`: answered when every Map-Server has answered or the asker's time is over.
#pragma once

#include "lisp-registerd/service.h"

#include <vector>

namespace lisp {

class Confirmations {
public:
	// "register [json] [MILLISECONDS]"; without them 4000, less than lisp-status waits for.
	Confirmations(Daemon &daemon, Service &service);
	Confirmations(const Confirmations &) = delete;
	Confirmations &operator=(const Confirmations &) = delete;

	void advance(); // after each progress of the service

private:
	struct Waiting {
		Daemon::Asker asker;
		Instant until;
	};
	void ask(const Daemon::Asker &asker, const std::vector<std::string_view> &arguments);
	void answer(const Daemon::Asker &asker);

	Daemon &daemon_;
	Service &service_;
	std::vector<Waiting> waiting_;
	Loop::Timer timer_;
};

} // namespace lisp
