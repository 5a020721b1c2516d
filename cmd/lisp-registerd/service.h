// The registrar at work: its effects carried out with sockets, clocks, names and the nonce file.
#pragma once

#include "common/daemon.h"
#include "common/message_log.h"
#include "common/own_rlocs.h"
#include "engine/registrar.h"
#include "lisp-registerd/nonce_file.h"
#include "lisp-registerd/sockets.h"
#include "net/interface_watch.h"
#include "net/resolver.h"

#include <map>
#include <optional>

namespace lisp {

class Service {
public:
	// Throws as Sockets does.
	Service(Daemon &daemon, const RegisterdOptions &options, NonceFile nonces);
	~Service(); // leaves in the nonce file that every nonce after the last sent is free
	Service(const Service &) = delete;
	Service &operator=(const Service &) = delete;

	// Registers with the Map-Servers of the configuration from now on; may be called again.
	void configure(const SiteConfig &config);
	// The EIDs of these sections are as they say, whatever the configuration says.
	void change_eids(const SiteConfig &sections);
	void register_again();
	// Registers nothing any more. Comes back when what is to be withdrawn at the end is withdrawn,
	// as far as that is known within three seconds. Runs the loop meanwhile.
	void end();
	bool has_ended() const { return ended_; }
	// Whether Map-Notifies are asked for also where the configuration does not want them.
	void ask_for_notifies(bool always) { registrar_.ask_for_notifies(always); }

	// A datagram that another daemon handed on.
	void receive(const Endpoint &from, const Endpoint &to, Bytes octets);

	// Called after everything that may have changed a state.
	void on_progress(std::function<void()> handler) { progress_ = std::move(handler); }

	const Registrar &registrar() const { return registrar_; }
	const Sockets &sockets() const { return sockets_; }
	std::uint64_t failed_sends() const { return failed_sends_; }

private:
	struct Host {
		Resolver::Answer answer;
		Resolver::Lookup lookup;
		std::size_t moves = 0; // to another address since the last answer
	};
	void resolved(const std::string &name, const Resolver::Answer &answer);
	void apply(const std::string &name, const Host &host);
	void try_next_address(std::size_t server);
	void watch_interfaces();
	void look_at_own_rlocs();
	void work();
	void carry_out(const Registrar::Effects &effects, Instant now);
	void take(const Endpoint &from, const Endpoint &to, Bytes octets);
	void send_waiting(Instant now);
	void settle();
	void tell_changes();
	void tell(const RegistrationStatus &status);

	Daemon &daemon_;
	MessageLog messages_;
	NonceFile nonces_;
	Registrar registrar_;
	Sockets sockets_;
	OwnRlocs own_rlocs_;
	std::optional<InterfaceWatch> interfaces_;
	std::vector<Datagram> to_send_;
	Resolver resolver_;
	std::map<std::string, Host> hosts_;
	Loop::Timer timer_;
	std::function<void()> progress_ = [] {};
	bool nonces_saved_ = true; // when it was last tried
	bool reports_itself_;      // with --once: the states are told at the end, not in the log
	bool ended_ = false;
	std::uint64_t failed_sends_ = 0;
};

} // namespace lisp
