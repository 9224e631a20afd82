"""What hits and ratings were worth, summed up: intervals, groups, graded plans, verdicts."""
