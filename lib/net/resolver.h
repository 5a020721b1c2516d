// Host names to addresses without blocking: what /etc/hosts and the name servers of
// /etc/resolv.conf say, as getaddrinfo would, through libevent.
#pragma once

#include "address/ip_address.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lisp {

class Loop;

class Resolver {
public:
	explicit Resolver(Loop &loop);
	~Resolver();
	Resolver(const Resolver &) = delete;
	Resolver &operator=(const Resolver &) = delete;

	struct Answer {
		std::vector<IpAddress> addresses; // in the order of the resolver
		std::string error;                // why there are none
	};
	using Handler = std::function<void(const Answer &)>;

	// A name that is kept resolved as long as this lives: asked for again after a failure, at
	// first after a second, later once a minute, and every five minutes after a success. To be
	// destroyed before the Resolver.
	class Lookup {
	public:
		Lookup() = default;

	private:
		friend class Resolver;
		struct State;
		struct Free {
			void operator()(State *state) const;
		};
		std::unique_ptr<State, Free> state_;
	};

	// The handler is called from the loop with every answer, but with failures only until there
	// was a first success. An address in numbers is answered before this returns, and no more.
	[[nodiscard]] Lookup follow(const std::string &host, Handler handler);

private:
	struct Source; // the resolver of libevent, and what it was configured from
	Loop &loop_;
	std::unique_ptr<Source> source_;
};

} // namespace lisp
