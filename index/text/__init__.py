"""English text and text as such: tokens, names, quantities, questions, offsets."""
