"""The promises of the bundled servers, kept on real ones; no other test belongs here."""
