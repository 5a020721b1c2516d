// Describe once, print many times: one table of fields per struct feeds text, JSON and metrics.
//
//     template <> inline constexpr auto fields<Thing> = std::tuple{
//         Field{"ttl", &Thing::ttl}, Field{"eid", &Thing::eid}};
//
// Keys are kebab-case and stable: scripts depend on them. A Field may name a data member or a
// function of the struct (a lambda without capture), for what is derived. A Detail is a Field that
// only some sinks show: the parts of what another field shows whole as one text.
#pragma once

#include "wire/arena.h"

#include <concepts>
#include <functional>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>

namespace lisp {

template <class Projection> struct Field {
	static constexpr bool is_detail = false;
	std::string_view key;
	Projection projection;
};
template <class Projection>
Field(std::string_view, Projection) -> Field<Projection>; // clang 14 needs the guide
template <std::size_t N, class Projection>
Field(const char (&)[N], Projection) -> Field<Projection>;

template <class Projection> struct Detail {
	static constexpr bool is_detail = true;
	std::string_view key;
	Projection projection;
};
template <class Projection> Detail(std::string_view, Projection) -> Detail<Projection>;
template <std::size_t N, class Projection>
Detail(const char (&)[N], Projection) -> Detail<Projection>;

template <class T> inline constexpr auto fields = nullptr;

template <class T>
concept Described = !std::same_as<std::remove_cvref_t<decltype(fields<T>)>, std::nullptr_t>;

template <class T> inline constexpr bool is_list = false;
template <class T> inline constexpr bool is_list<List<T>> = true;
template <> inline constexpr bool is_list<OctetList> = false; // shown in hexadecimal
template <class T, class A> inline constexpr bool is_list<std::vector<T, A>> = true;
template <class T> inline constexpr bool is_optional = false;
template <class T> inline constexpr bool is_optional<std::optional<T>> = true;
template <Described T> inline constexpr bool is_optional<const T *> = true;

// A variant of described structs shows as the fields of the one that it holds.
template <class T> inline constexpr bool is_choice = false;
template <class... T> inline constexpr bool is_choice<std::variant<T...>> = (Described<T> && ...);

// Without lists or structs inside.
template <class T> inline constexpr bool is_plain = !is_list<T> && !Described<T> && !is_choice<T>;
template <class T> inline constexpr bool is_plain<std::optional<T>> = is_plain<T>;
template <Described T> inline constexpr bool is_plain<const T *> = false;

template <class T, class Entry>
inline constexpr bool fits_a_row =
    Entry::is_detail ||
    is_plain<std::remove_cvref_t<std::invoke_result_t<decltype(Entry::projection), const T &>>>;
template <Described T>
inline constexpr bool is_row = std::apply(
    []<class... Entry>(const Entry &...) { return (fits_a_row<T, Entry> && ...); }, fields<T>);

// A sink offers open(key) close() open_list(key) close_list() flag(key, bool)
// number(key, integer) text(key, string_view); a key is empty inside a list. open_row() and
// close_row() stand for open({}) and close() around a struct in a list that has nothing but plain
// fields, so that text can show it on one line. Types that are neither described, nor numbers, nor
// text are shown by their append(Text &, const T &), written into the sink's scratch(). A
// sink that wants Details has `static constexpr bool detailed = true`.
template <class Sink, class T> void describe(Sink &out, std::string_view key, const T &value);

template <class Sink>
concept Detailed = requires {
	requires Sink::detailed;
};

// The fields of a struct, without the brackets around them.
template <class Sink, Described T> void describe_fields(Sink &out, const T &value) {
	const auto describe_entry = [&]<class Entry>(const Entry &entry) {
		if constexpr (!Entry::is_detail || Detailed<Sink>)
			describe(out, entry.key, std::invoke(entry.projection, value));
	};
	std::apply([&](const auto &...entry) { (describe_entry(entry), ...); }, fields<T>);
}

template <class Sink, class T> void describe_item(Sink &out, const T &item) {
	if constexpr (!Described<T>) {
		describe(out, {}, item);
	} else if constexpr (is_row<T>) {
		out.open_row();
		describe_fields(out, item);
		out.close_row();
	} else {
		describe(out, {}, item);
	}
}

template <class Sink, class T> void describe(Sink &out, std::string_view key, const T &value) {
	if constexpr (is_optional<T>) {
		if (value) describe(out, key, *value);
	} else if constexpr (std::same_as<T, bool>) {
		out.flag(key, value);
	} else if constexpr (std::integral<T>) {
		out.number(key, value);
	} else if constexpr (std::convertible_to<const T &, std::string_view>) {
		out.text(key, value);
	} else if constexpr (is_list<T>) {
		out.open_list(key);
		for (const auto &item : value) describe_item(out, item);
		out.close_list();
	} else if constexpr (is_choice<T>) {
		std::visit([&](const auto &held) { describe_fields(out, held); }, value);
	} else if constexpr (Described<T>) {
		out.open(key);
		describe_fields(out, value);
		out.close();
	} else {
		auto &text = out.scratch();
		text.clear();
		append(text, value);
		out.text(key, text);
	}
}

} // namespace lisp
