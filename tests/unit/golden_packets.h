// The packets of tests/data/golden-packets.txt by name.
#pragma once

#include "wire/octets.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

struct GoldenPacket {
	std::uint16_t source_port = 0;
	std::uint16_t destination_port = 0;
	std::string key; // "-" for none
	lisp::Octets octets;
};

inline std::map<std::string, GoldenPacket> read_golden_packets() {
	std::map<std::string, GoldenPacket> packets;
	std::ifstream file{LISP_TEST_DATA "/data/golden-packets.txt"};
	for (std::string line; std::getline(file, line);) {
		if (line.empty() || line[0] == '#') continue;
		std::istringstream fields{line};
		std::string name, ports, key, hex;
		std::getline(fields, name, '\t');
		std::getline(fields, ports, '\t');
		std::getline(fields, key, '\t');
		std::getline(fields, hex, '\t');
		const auto arrow = ports.find('>');
		packets[name] = {static_cast<std::uint16_t>(std::stoi(ports.substr(0, arrow))),
		    static_cast<std::uint16_t>(std::stoi(ports.substr(arrow + 1))), key,
		    lisp::parse_hex(hex).value()};
	}
	return packets;
}

inline const std::map<std::string, GoldenPacket> &golden_packets() {
	static const auto packets = read_golden_packets();
	return packets;
}

inline const GoldenPacket &golden(const std::string &name) {
	return golden_packets().at(name);
}
