# Left over from a quick try.
OWNER_PHONE = "+7 700 000 00 21"
