// What a Map-Server has to remember, in stable storage: STATE/registrations, a snapshot, and
// STATE/registrations.log.N, what was saved since.
//
// Nothing but the beginning waits for the disk. What is appended while the disk is busy is written
// at once, with one sync, as soon as it is not. When the log has become long a snapshot is written
// beside it, and then takes the place of what was before.
#pragma once

#include "common/background.h"
#include "lisp-mapserverd/journal_file.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lisp {

class Journal {
public:
	struct Source {
		std::function<void()> begin;                    // a snapshot
		std::function<Bytes(Room)> next;                // its parts, empty after the last
		std::function<std::chrono::nanoseconds()> time; // of now
	};
	struct Events {
		std::function<void()> saved; // saved() has risen, or works() is true again
		// Nothing can be saved for a while, and what was appended is not: a snapshot is tried
		// until it succeeds.
		std::function<void(std::error_code)> failed;
		std::function<void(std::error_code)> no_snapshot; // one is tried later; the log grows on
	};

	// Throws std::system_error, and std::runtime_error where another process uses the directory or
	// a file is damaged.
	Journal(Loop &loop, std::string directory, const Owner &owner);
	~Journal();

	// Before begin(): how long the Map-Server had run, and everything that was saved. What the
	// parts are handed to returns false where it does not understand one.
	std::chrono::nanoseconds ran() const { return ran_; }
	void restore(const std::function<bool(Bytes)> &part);
	// Octets at the ends of files that a crash has left, never acknowledged.
	std::uint64_t torn_octets() const { return torn_; }

	// Makes the log that is written from now on. Throws std::system_error.
	void begin(Source source, Events events);

	// To be saved with the next commit(); counts what was appended.
	std::uint64_t append(Bytes octets);
	void commit(); // all that was appended; one sync for all of it
	std::uint64_t appended() const { return appended_; }
	std::uint64_t saved() const { return saved_; }
	bool has_unsaved() const { return saved_ < appended_; }
	bool works() const { return works_; }

	void compact(); // once more where that is being done, for what has changed since it was begun
	void end();     // waits until all is saved, as far as that can be

private:
	struct Snapshot;
	std::string log_path(std::uint64_t number) const;
	void find_logs();
	void lock();
	void scan();
	void hand_over();
	void written(std::uint64_t count, std::size_t octets, std::error_code error);
	void fail(std::error_code error);
	void next_part(const std::shared_ptr<Snapshot> &snapshot);
	void finish(const std::shared_ptr<Snapshot> &snapshot);
	void finished(const std::shared_ptr<Snapshot> &snapshot, std::error_code error);

	std::string directory_;
	Owner owner_;
	Descriptor lock_;
	std::chrono::nanoseconds ran_{};
	std::uint64_t torn_ = 0;
	bool has_snapshot_ = false;
	std::vector<std::uint64_t> logs_; // those since the snapshot, in ascending order
	std::uint64_t number_ = 0;        // of the log that is written
	Source source_;
	Events events_;

	std::shared_ptr<JournalWriter> log_; // none between a failure and the next snapshot
	Octets pending_;
	std::uint64_t appended_ = 0;
	std::uint64_t saved_ = 0;
	std::size_t writing_ = 0; // commits that are under way
	std::uint64_t log_octets_ = 0;
	std::uint64_t snapshot_octets_ = 0;
	bool works_ = true;
	bool compact_again_ = false;
	std::shared_ptr<Snapshot> snapshot_; // being written
	Loop::Timer retry_;
	Background log_work_;
	Background snapshot_work_;
};

} // namespace lisp
