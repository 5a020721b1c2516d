for form in utc epoch none; do lisp-decode -c 1 --time $form -r ../../pcaps/opencp-xtr-register.pcap; done
