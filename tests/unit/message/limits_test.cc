// What does not fit is refused by the name of its field, and counts from the wire reserve nothing.
#include "generator.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

WireError refused(const Message &message) {
	const auto encoded = encode(message);
	return encoded ? WireError{} : encoded.error();
}

template <class T> List<T> one(const T &item) {
	return std::span<const T>(&item, 1);
}

TEST(MapRequestLimits, RefusesMoreThanItsFieldsHold) {
	const std::vector<Address> rlocs(33, Address{IpAddress::v4(1)});
	MapRequest request;
	request.itr_rlocs = rlocs;
	EXPECT_EQ(refused(request).field, "itr-rloc count");
	request.itr_rlocs = {};
	EXPECT_EQ(refused(request).field, "itr-rloc count");
	request.itr_rlocs = one(rlocs[0]);
	const std::vector<RequestedEid> eids(256);
	request.records = eids;
	EXPECT_EQ(refused(request).field, "record count");
}

TEST(MapReplyLimits, RefusesThe256thRecordAndLocator) {
	const std::vector<MapRecord> records(256);
	MapReply reply;
	reply.records = records;
	EXPECT_EQ(refused(reply).field, "record count");
	const std::vector<Locator> locators(256);
	MapRecord record;
	record.locators = locators;
	reply.records = one(record);
	EXPECT_EQ(refused(reply).field, "locator count");
}

TEST(MapReplyLimits, RefusesAMaskBeyondTheFamilyAndAVersionBeyond12Bits) {
	MapRecord record;
	MapReply reply;
	reply.records = one(record);
	record.eid = IpAddress::v4(0x0a000000);
	record.mask_length = 33;
	EXPECT_EQ(refused(reply).field, "eid mask-len");
	EXPECT_EQ(refused(reply).reason, Reason::bad_value);
	record.mask_length = 32;
	record.map_version = 0x1000;
	EXPECT_EQ(refused(reply).field, "map-version");
	record.map_version = 0xfff;
	EXPECT_TRUE(encode(Message{reply}));
}

TEST(MapRegisterLimits, Refuses70000OctetsOfAuthenticationData) {
	const Octets data(70000);
	MapRegister message;
	message.authentication.data = data;
	EXPECT_EQ(refused(message).field, "authentication data length");
	EXPECT_EQ(refused(message).reason, Reason::too_long);
}

TEST(MapReferralLimits, RefusesThe16thSignatureAndThe256thRecord) {
	const std::vector<ReferralSignature> signatures(16);
	ReferralRecord record;
	record.signatures = signatures;
	MapReferral message;
	message.records = one(record);
	EXPECT_EQ(refused(message).field, "signature count");
	const std::vector<ReferralRecord> records(256);
	message.records = records;
	EXPECT_EQ(refused(message).field, "record count");
}

TEST(SharedExtensionLimits, RefusesA13thBitOfItsSubType) {
	EXPECT_EQ(refused(SharedExtension{0x1000, {}}).field, "sub-type");
}

// A Record Count of 255 over a few octets must not make the decoder reserve room for 255.
TEST(MapReplyLimits, AllocatesByTheOctetsNotByTheCount) {
	const auto octets =
	    parse_hex("200000ff1122334455667788000005a0ff18100000000001cb007100").value();
	Arena arena;
	const auto decoded = decode(octets, arena);
	ASSERT_TRUE(decoded.error);
	EXPECT_EQ(decoded.error->reason, Reason::truncated);
	EXPECT_EQ(std::get<MapReply>(decoded.message).records.size(), 1U); // what was readable
	EXPECT_LE(arena.capacity(), 4096U);
}

} // namespace
} // namespace lisp
