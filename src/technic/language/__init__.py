"""The scan language: text or operators in, checked expressions over all symbols out."""
