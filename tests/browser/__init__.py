"""The dashboard in a real Chromium, against the real service with the sample people. Run with `make test-browser`."""
