#include "lisp-mapserverd/journal.h"

#include "address/ip_address.h"

#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <stdexcept>
#include <unistd.h>

namespace lisp {

namespace {

constexpr auto retry_interval = std::chrono::seconds(5);
constexpr std::size_t part_octets = std::size_t{256} << 10;
constexpr std::size_t most_logs = 8; // before a snapshot takes their place
constexpr std::uint64_t short_log = std::uint64_t{8} << 20;
constexpr std::string_view log_prefix = "registrations.log.";

std::error_code last_error() {
	return {errno, std::generic_category()};
}

} // namespace

struct Journal::Snapshot {
	std::shared_ptr<JournalWriter> file = std::make_shared<JournalWriter>();
	std::uint64_t number = 0; // of the log that goes on from it
	std::uint64_t octets = 0;
	std::uint64_t covers = 0; // what was appended so far, saved or not
	std::uint64_t needs = 0;  // was appended when its last part was made
	enum class State : std::uint8_t { made, begun, whole, finishing } state = State::made;
};

Journal::Journal(Loop &loop, std::string directory, const Owner &owner)
    : directory_(std::move(directory)), owner_(owner), retry_(loop, [this] { compact(); }),
      log_work_(loop), snapshot_work_(loop) {
	lock();
	unlink((directory_ + "/registrations.new").c_str());
	find_logs();
	scan();
}

Journal::~Journal() = default;

void Journal::lock() {
	const auto path = directory_ + "/registrations.lock";
	lock_ = Descriptor{
	    ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)};
	if (!lock_.is_open() || !give_file(lock_.number(), owner_))
		throw std::system_error(last_error(), path);
	if (flock(lock_.number(), LOCK_EX | LOCK_NB) == 0) return;
	if (errno == EWOULDBLOCK)
		throw std::runtime_error(directory_ + " is used by another lisp-mapserverd");
	throw std::system_error(last_error(), path);
}

std::string Journal::log_path(std::uint64_t number) const {
	return directory_ + '/' + std::string(log_prefix) + std::to_string(number);
}

void Journal::find_logs() {
	const std::unique_ptr<DIR, int (*)(DIR *)> folder{opendir(directory_.c_str()), closedir};
	if (!folder) throw std::system_error(last_error(), directory_);
	while (const auto *entry = readdir(folder.get())) {
		const std::string_view name = entry->d_name;
		if (!name.starts_with(log_prefix)) continue;
		if (const auto number = parse_number(name.substr(log_prefix.size()), ~std::uint64_t{0} / 2))
			logs_.push_back(*number);
	}
	std::sort(logs_.begin(), logs_.end());
}

// Looks through it all: to restore what was saved the latest of its times has to be known.
void Journal::scan() {
	JournalReader::Frame frame;
	const auto snapshot = directory_ + "/registrations";
	has_snapshot_ = access(snapshot.c_str(), F_OK) == 0 || errno != ENOENT;
	if (has_snapshot_) {
		JournalReader file{snapshot, JournalKind::snapshot};
		bool whole = false;
		for (; !whole && file.next(frame); whole = frame.octets.empty())
			ran_ = std::max(ran_, frame.time);
		if (!whole)
			throw std::runtime_error(
			    snapshot +
			    " is damaged; without it, and all replays are possible, nothing is known");
		number_ = file.number();
		snapshot_octets_ = file.size();
	}
	std::erase_if(logs_, [this](std::uint64_t number) {
		const bool superseded = number < number_;
		if (superseded) unlink(log_path(number).c_str());
		return superseded;
	});
	for (const auto number : logs_) {
		JournalReader file{log_path(number), JournalKind::log};
		while (file.next(frame)) ran_ = std::max(ran_, frame.time);
		torn_ += file.size() - file.read_octets();
		log_octets_ += file.size();
		number_ = number;
	}
}

void Journal::restore(const std::function<bool(Bytes)> &part) {
	const auto restore_file = [&](const std::string &path, JournalKind kind) {
		JournalReader file{path, kind};
		JournalReader::Frame frame;
		while (file.next(frame))
			if (!frame.octets.empty() && !part(frame.octets))
				throw std::runtime_error(path + " was written by another version");
	};
	if (has_snapshot_) restore_file(directory_ + "/registrations", JournalKind::snapshot);
	for (const auto number : logs_) restore_file(log_path(number), JournalKind::log);
}

void Journal::begin(Source source, Events events) {
	source_ = std::move(source);
	events_ = std::move(events);
	logs_.push_back(++number_);
	log_ = std::make_shared<JournalWriter>();
	auto error = log_->create(log_path(number_), JournalKind::log, number_, owner_);
	if (!error) error = log_->sync();
	if (!error) error = sync_directory(directory_);
	if (error) throw std::system_error(error, log_path(number_));
	if (logs_.size() > most_logs) log_octets_ = ~std::uint64_t{0} / 2; // with the first commit
}

std::uint64_t Journal::append(Bytes octets) {
	append_frame(pending_, number_, source_.time(), octets);
	return ++appended_;
}

void Journal::commit() {
	if (writing_ == 0) hand_over();
}

void Journal::hand_over() {
	if (pending_.empty()) return;
	const auto octets = std::make_shared<Octets>(std::exchange(pending_, {}));
	if (!log_) return;
	++writing_;
	log_work_.run(
	    [log = log_, octets] {
		    const auto error = log->write(*octets);
		    return error ? error : log->sync();
	    },
	    [this, log = log_, count = appended_, octets](std::error_code error) {
		    --writing_;
		    // After a failure nothing is known of what was written to that log later.
		    if (log == log_ || works_) written(count, octets->size(), error);
	    });
}

void Journal::written(std::uint64_t count, std::size_t octets, std::error_code error) {
	if (error) return fail(error);
	saved_ = std::max(saved_, count);
	log_octets_ += octets;
	commit();
	events_.saved();
	if (snapshot_) finish(snapshot_);
	if (!snapshot_ && log_octets_ > 2 * snapshot_octets_ + short_log) compact();
}

// After a failed sync nobody knows what is on the disk, so the log is not gone on with.
void Journal::fail(std::error_code error) {
	log_.reset();
	snapshot_.reset();
	pending_.clear();
	retry_.set(std::chrono::steady_clock::now() + retry_interval);
	works_ = false;
	events_.failed(error);
}

void Journal::compact() {
	compact_again_ = snapshot_ != nullptr;
	if (compact_again_) return;
	hand_over();
	logs_.push_back(++number_);
	log_ = std::make_shared<JournalWriter>();
	log_octets_ = 0;
	source_.begin();
	snapshot_ = std::make_shared<Snapshot>();
	snapshot_->number = number_;
	snapshot_->covers = appended_;
	log_work_.run(
	    [log = log_, path = log_path(number_), number = number_, folder = directory_] {
		    if (auto error = log->create(path, JournalKind::log, number)) return error;
		    if (auto error = log->sync()) return error;
		    return sync_directory(folder);
	    },
	    [this, log = log_, snapshot = snapshot_](std::error_code error) {
		    if (log == log_ && error) return fail(error);
		    if (snapshot == snapshot_) next_part(snapshot);
	    });
}

void Journal::next_part(const std::shared_ptr<Snapshot> &snapshot) {
	Octets room(part_octets);
	const auto octets = std::make_shared<Octets>();
	const auto part = source_.next(room);
	append_frame(*octets, snapshot->number, source_.time(), part);
	snapshot->octets += octets->size();
	snapshot->needs = appended_;
	const bool first = snapshot->state == Snapshot::State::made;
	snapshot->state = Snapshot::State::begun;
	snapshot_work_.run(
	    [snapshot, octets, first, path = directory_ + "/registrations.new"] {
		    std::error_code error;
		    if (first)
			    error = snapshot->file->create(path, JournalKind::snapshot, snapshot->number);
		    return error ? error : snapshot->file->write(*octets);
	    },
	    [this, snapshot, is_last = part.empty()](std::error_code error) {
		    if (snapshot != snapshot_) return;
		    if (error) return finished(snapshot, error);
		    if (!is_last) return next_part(snapshot);
		    snapshot->state = Snapshot::State::whole;
		    commit();
		    finish(snapshot);
	    });
}

// What the snapshot left out because it was saved since has to be so before the old logs go.
void Journal::finish(const std::shared_ptr<Snapshot> &snapshot) {
	if (snapshot->state != Snapshot::State::whole) return;
	if (saved_ < snapshot->needs && snapshot->needs > snapshot->covers) return;
	snapshot->state = Snapshot::State::finishing;
	std::vector<std::string> superseded;
	for (const auto number : logs_)
		if (number < snapshot->number) superseded.push_back(log_path(number));
	snapshot_work_.run(
	    [snapshot, superseded, folder = directory_] {
		    if (auto error = snapshot->file->sync()) return error;
		    const auto fresh = folder + "/registrations.new";
		    if (rename(fresh.c_str(), (folder + "/registrations").c_str()) < 0) return last_error();
		    if (auto error = sync_directory(folder)) return error;
		    for (const auto &path : superseded) unlink(path.c_str());
		    return std::error_code{};
	    },
	    [this, snapshot](std::error_code error) {
		    if (snapshot == snapshot_) finished(snapshot, error);
	    });
}

void Journal::finished(const std::shared_ptr<Snapshot> &snapshot, std::error_code error) {
	snapshot_.reset();
	if (error) {
		if (!works_) return fail(error);
		log_octets_ = 0; // it is tried again when the log has grown as much
		return events_.no_snapshot(error);
	}
	snapshot_octets_ = snapshot->octets;
	std::erase_if(logs_, [&](std::uint64_t number) { return number < snapshot->number; });
	saved_ = std::max(saved_, snapshot->covers);
	works_ = true;
	events_.saved();
	if (compact_again_) compact();
}

void Journal::end() {
	hand_over();
	log_work_.finish();
}

} // namespace lisp
