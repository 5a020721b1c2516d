// The floor of every capture decoder: libpcap hands out each packet and every octet is looked at.
//
//     touch FILE
#include <pcap/pcap.h>

#include <cstdio>

int main(int argc, char **argv) {
	if (argc != 2) {
		std::fprintf(stderr, "usage: touch FILE\n");
		return 2;
	}
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *capture = pcap_open_offline(argv[1], why);
	if (capture == nullptr) {
		std::fprintf(stderr, "touch: %s\n", why);
		return 1;
	}
	unsigned long packets = 0;
	unsigned long sum = 0;
	pcap_pkthdr *header = nullptr;
	const u_char *octets = nullptr;
	while (pcap_next_ex(capture, &header, &octets) == 1) {
		++packets;
		for (bpf_u_int32 i = 0; i < header->caplen; ++i) sum += octets[i];
	}
	std::printf("%lu packets, sum %lu\n", packets, sum);
	pcap_close(capture);
	return 0;
}
