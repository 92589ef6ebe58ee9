"""What the benchmarks share: measures, sites, a catalogue at the scale of the nation."""
