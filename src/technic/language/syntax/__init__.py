"""Text or operators to trees."""
