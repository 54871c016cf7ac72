"""The parts of compare.py, one topic each."""
