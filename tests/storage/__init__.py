"""What is kept: isolation, erasure, sealing, planning; on the real server and enumerated from its catalogue."""
