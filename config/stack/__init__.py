"""The embedded stack behind bin/up, bin/test and bin/bench: its services, steps and settings."""
