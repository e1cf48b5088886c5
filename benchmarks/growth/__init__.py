"""How costs grow: with the rate of events, the size of batches, and the number of things kept."""
