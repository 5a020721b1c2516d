echo 'fffa9102000000000000077701020000 000b0001c6336409 00200001c0000206 00010001c6336401 0030000220010db8000100000000000000000000 0000' >"$SCRATCH/hex"
lisp-decode --hex - <"$SCRATCH/hex"
lisp-decode --hex --cpm-subtype 4091 - <"$SCRATCH/hex"
for format in line text json; do
	lisp-decode --hex --cpm-subtype 4090 -F $format - <"$SCRATCH/hex"
done
