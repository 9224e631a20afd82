"""What public offices publish of the simulated market, in their formats; none needs a key."""
