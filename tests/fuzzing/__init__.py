"""The fuzzers: generators of hostile inputs, what must hold for each, and the workers that a hang cannot stop."""
