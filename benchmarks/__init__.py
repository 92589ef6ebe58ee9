"""What `bin/bench` runs: one module a benchmark, each with a `main()`."""
