"""What is held in memory, so that not every request reads a table or makes its answer anew."""
